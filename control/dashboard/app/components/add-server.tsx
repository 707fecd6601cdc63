import { useRef, useState } from 'preact/hooks'
import { send } from '../data/api.ts'
import type { MediaServer } from '../data/types.ts'
import { messageOf } from '../text/failure.ts'
import { said } from '../text/said.ts'
import { t } from '../text/text.ts'
import { isTyped, typedIn } from './form.ts'
import { Alert, Card, SendButton } from './parts.tsx'
import { useSubmit } from './submit.ts'

const KINDS = {
  plex: 'Plex',
  jellyfin: 'Jellyfin',
  emby: 'Emby',
} as const satisfies Record<MediaServer['kind'], string>

interface Tested {
  readonly ok: boolean
  readonly problem: string | null
  readonly plays: number
  readonly users: number | null
}

/** What a test of a server found, in words. */
const wordsOf = ({ plays, users }: Tested): string =>
  `${t('servers.tested', { n: plays })}${users === null ? '' : ` ${t('servers.users', { n: users })}`}`

/** A form that tests a media server, and adds it. */
export const AddServer = ({ done }: { readonly done: () => void }) => {
  const form = useRef<HTMLFormElement>(null)
  const [tested, setTested] = useState<Tested | null>(null)
  const [error, setError] = useState<string | null>(null)
  const [isTesting, setTesting] = useState(false)
  const forget = () => {
    setTested(null)
    setError(null)
  }
  const adding = useSubmit(async ({ name, kind, url, token }) => {
    await send('POST', '/media-servers', { name, kind, url, token })
    forget()
    done()
  })
  const test = () => {
    const { current } = form
    if (current === null || !current.reportValidity()) return
    const typed = typedIn(current)
    const { kind, url, token } = typed
    forget()
    setTesting(true)
    // What was found is of no use once something else was typed.
    const isWanted = () => isTyped(current, typed)
    send('POST', '/media-servers/test', { kind, url, token })
      .then(
        (found) => isWanted() && setTested(found),
        (failure: unknown) => isWanted() && setError(messageOf(failure)),
      )
      .finally(() => setTesting(false))
  }
  return (
    <Card title={t('servers.add')}>
      <form ref={form} class="inline-form" onSubmit={adding.submit} onInput={forget}>
        <label>
          {t('servers.kind')}
          <select name="kind">
            {Object.entries(KINDS).map(([kind, name]) => (
              <option key={kind} value={kind}>
                {name}
              </option>
            ))}
          </select>
        </label>
        <label>
          {t('col.name')}
          <input name="name" required maxLength={32} pattern="[a-z0-9][a-z0-9_\-]*" />
        </label>
        <label>
          {t('servers.url')}
          <input
            name="url"
            type="url"
            required
            maxLength={500}
            placeholder="http://192.168.1.5:32400"
          />
        </label>
        <label>
          {t('servers.token')}
          <input name="token" type="password" required maxLength={4000} autocomplete="off" />
        </label>
        <span class="row-actions">
          <button type="button" disabled={isTesting} onClick={test}>
            {t('servers.test')}
          </button>
          <SendButton isBusy={adding.isBusy}>{t('action.add')}</SendButton>
        </span>
      </form>
      {tested !== null && (
        <p class={tested.ok ? 'state good' : 'state error'} role="status">
          {tested.ok ? wordsOf(tested) : said(tested.problem ?? '')}
        </p>
      )}
      <Alert message={error ?? adding.error} />
      <p class="dim">{t('servers.add.text')}</p>
    </Card>
  )
}
