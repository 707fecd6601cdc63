import { useState } from 'preact/hooks'
import { Alert, Card, SendButton } from '../../components/parts.tsx'
import { useSubmit } from '../../components/submit.ts'
import { send } from '../../data/api.ts'
import { type Key, language, t } from '../../text/text.ts'
import { zone } from '../../text/zone.ts'

/** A setting of a kind of destination. */
interface Field {
  readonly name: string
  readonly label: Key
  readonly type?: 'url' | 'password' | 'number'
  readonly isOptional?: boolean
}

const url: Field = { name: 'url', label: 'servers.url', type: 'url' }
const token: Field = { name: 'token', label: 'servers.token', type: 'password' }

/** What each kind asks for; the API knows more settings, and so do gatehouse.yaml and the command line. */
const KINDS: Readonly<
  Record<string, { readonly title: string; readonly fields: readonly Field[] }>
> = {
  ntfy: {
    title: 'ntfy',
    fields: [url, { name: 'topic', label: 'destinations.topic' }, { ...token, isOptional: true }],
  },
  telegram: {
    title: 'Telegram',
    fields: [token, { name: 'chat_id', label: 'destinations.chat' }],
  },
  discord: { title: 'Discord', fields: [url] },
  gotify: { title: 'Gotify', fields: [url, token] },
  webhook: {
    title: 'Webhook',
    fields: [
      url,
      { name: 'secret', label: 'destinations.secret', type: 'password', isOptional: true },
    ],
  },
  email: {
    title: 'E-mail',
    fields: [
      { name: 'host', label: 'destinations.host' },
      { name: 'port', label: 'destinations.port', type: 'number', isOptional: true },
      { name: 'username', label: 'signin.name', isOptional: true },
      { name: 'password', label: 'signin.password', type: 'password', isOptional: true },
      { name: 'from', label: 'destinations.from' },
      { name: 'to', label: 'destinations.to' },
    ],
  },
}

const SEVERITIES = ['low', 'warning', 'high'] as const

/** A field as the API wants it: a port is a number, recipients are a list. */
const valueOf = (name: string, text: string): unknown => {
  if (name === 'port') return Number(text)
  return name === 'to' ? text.split(',').map((one) => one.trim()) : text
}

const bodyOf = (fields: Readonly<Record<string, string>>) => ({
  language,
  time_zone: zone,
  ...Object.fromEntries(
    Object.entries(fields)
      .filter(([, text]) => text !== '')
      .map(([name, text]) => [name, valueOf(name, text)]),
  ),
})

/** A form that adds a destination; a test is sent from the list. */
export const AddDestination = ({ done }: { readonly done: () => void }) => {
  const [kind, setKind] = useState('ntfy')
  const { error, isBusy, submit } = useSubmit(async (fields) => {
    await send('POST', '/destinations', bodyOf(fields))
    done()
  })
  return (
    <Card title={t('destinations.add')}>
      <form class="inline-form" onSubmit={submit}>
        <label>
          {t('servers.kind')}
          <select
            name="kind"
            value={kind}
            onChange={({ currentTarget }) => setKind(currentTarget.value)}
          >
            {Object.entries(KINDS).map(([id, { title }]) => (
              <option key={id} value={id}>
                {title}
              </option>
            ))}
          </select>
        </label>
        <label>
          {t('destinations.name')}
          <input name="name" required maxLength={32} pattern="[a-z0-9][a-z0-9_\-]*" />
        </label>
        {KINDS[kind]?.fields.map(({ name, label, type = 'text', isOptional = false }) => (
          <label key={`${kind} ${name}`}>
            {t(label)} {isOptional && <span class="dim">{t('destinations.optional')}</span>}
            <input name={name} type={type} required={!isOptional} autocomplete="off" />
          </label>
        ))}
        <label>
          {t('destinations.least')}
          <select name="least_severity">
            {SEVERITIES.map((one) => (
              <option key={one} value={one}>
                {t(`severity.${one}`)}
              </option>
            ))}
          </select>
        </label>
        <SendButton isBusy={isBusy}>{t('action.add')}</SendButton>
      </form>
      <p class="dim">{t('destinations.add.text')}</p>
      <Alert message={error} />
    </Card>
  )
}
