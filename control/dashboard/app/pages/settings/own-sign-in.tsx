import { useState } from 'preact/hooks'
import qrcode from 'qrcode-generator'
import { Alert, Badge, Card, SendButton } from '../../components/parts.tsx'
import { useSubmit } from '../../components/submit.ts'
import { ApiError, keepCsrf, readAuth, send } from '../../data/api.ts'
import type { AuthState } from '../../data/types.ts'
import { messageOf } from '../../text/failure.ts'
import { t, words } from '../../text/text.ts'

interface Props {
  readonly auth: AuthState
  readonly changed: (auth: AuthState) => void
}

/** A new password for who is signed in; every other browser is signed out by it. */
export const PasswordCard = ({ auth, changed }: Props) => {
  const [isDone, setDone] = useState(false)
  const { error, isBusy, submit } = useSubmit(async ({ password = '', newPassword = '' }) => {
    setDone(false)
    const body = password === '' ? { newPassword } : { password, newPassword }
    const state = await send('PUT', '/auth/password', body)
    if (state === null) throw new ApiError(0, 'internal', 'no answer')
    changed(keepCsrf(state))
    setDone(true)
  })
  return (
    <Card title={t('settings.password')}>
      <p>
        <strong>{auth.user?.name}</strong>{' '}
        <Badge>{words('people.role', auth.user?.role ?? '')}</Badge>
      </p>
      <form class="inline-form" onSubmit={submit}>
        <label>
          {t('settings.password.old')}
          <input name="password" type="password" autocomplete="current-password" maxLength={256} />
        </label>
        <label>
          {t('settings.password.new')}
          <input
            name="newPassword"
            type="password"
            autocomplete="new-password"
            required
            minLength={10}
            maxLength={256}
          />
        </label>
        <SendButton isBusy={isBusy}>{t('settings.password.go')}</SendButton>
      </form>
      <Alert message={error} />
      <p class="dim" role="status">
        {t(isDone ? 'settings.password.done' : 'settings.password.text')}
      </p>
    </Card>
  )
}

interface Offer {
  readonly secret: string
  readonly uri: string
}

/** Modules of blank around a QR code (ISO/IEC 18004 asks for four). */
const QUIET = 4

/** A text as a QR code. */
const Code = ({ text }: { readonly text: string }) => {
  const code = qrcode(0, 'M')
  code.addData(text)
  code.make()
  const size = code.getModuleCount()
  const all = Array.from({ length: size }, (_, n) => n)
  const dark = all.flatMap((row) =>
    all.filter((column) => code.isDark(row, column)).map((column) => `M${column} ${row}h1v1h-1z`),
  )
  const whole = size + 2 * QUIET
  return (
    <svg
      class="code"
      viewBox={`${-QUIET} ${-QUIET} ${whole} ${whole}`}
      role="img"
      aria-label={t('settings.totp.code')}
    >
      <rect x={-QUIET} y={-QUIET} width={whole} height={whole} fill="#fff" />
      <path d={dark.join('')} fill="#000" />
    </svg>
  )
}

const CodeForm = ({
  go,
  act,
}: {
  readonly go: string
  readonly act: (code: string) => Promise<void>
}) => {
  const { error, isBusy, submit } = useSubmit(async ({ code = '' }) => await act(code))
  return (
    <>
      <form class="inline-form" onSubmit={submit}>
        <label>
          {t('signin.code')}
          <input
            name="code"
            inputMode="numeric"
            pattern="[0-9]{6}"
            autocomplete="one-time-code"
            required
            maxLength={6}
          />
        </label>
        <SendButton isBusy={isBusy}>{go}</SendButton>
      </form>
      <Alert message={error} />
    </>
  )
}

/** The second factor of who is signed in: on by a first code, off by a last one. */
export const SecondFactorCard = ({ auth, changed }: Props) => {
  const [offer, setOffer] = useState<Offer | null>(null)
  const [error, setError] = useState<string | null>(null)
  const begin = () => {
    setError(null)
    send('POST', '/auth/totp').then(setOffer, (failure: unknown) => setError(messageOf(failure)))
  }
  const change = (method: 'PUT' | 'DELETE') => async (code: string) => {
    await send(method, '/auth/totp', { code })
    setOffer(null)
    changed(await readAuth())
  }
  const state = (
    <Badge tone={auth.totp ? 'good' : 'plain'}>{t(auth.totp ? 'groups.on' : 'groups.off')}</Badge>
  )
  return (
    <Card title={t('settings.totp')} tools={state}>
      <p class="dim">{t('settings.totp.text')}</p>
      <Alert message={error} />
      {auth.totp && <CodeForm go={t('settings.totp.off')} act={change('DELETE')} />}
      {!auth.totp && offer === null && (
        <button type="button" onClick={begin}>
          {t('settings.totp.on')}
        </button>
      )}
      {!auth.totp && offer !== null && (
        <>
          <Code text={offer.uri} />
          <p>
            {t('settings.totp.secret')} <code>{offer.secret}</code>
          </p>
          <CodeForm go={t('settings.totp.confirm')} act={change('PUT')} />
        </>
      )}
    </Card>
  )
}
