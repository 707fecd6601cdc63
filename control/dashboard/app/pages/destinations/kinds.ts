import type { Destination } from '../../data/types.ts'
import type { Key } from '../../text/text.ts'

/** A setting of a kind of destination. */
export interface Field {
  readonly name:
    | 'url'
    | 'token'
    | 'topic'
    | 'chat_id'
    | 'secret'
    | 'host'
    | 'port'
    | 'username'
    | 'password'
    | 'from'
    | 'to'
  readonly label: Key
  readonly type?: 'url' | 'password' | 'number'
  readonly isOptional?: boolean
}

const url: Field = { name: 'url', label: 'servers.url', type: 'url' }
const token: Field = { name: 'token', label: 'servers.token', type: 'password' }

/** What each kind asks for; the API knows more settings, and so do gatehouse.yaml and the command line. */
export const KINDS: Readonly<
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

/** A field as the API wants it: a port is a number, recipients and events are lists. */
export const valueOf = (name: string, text: string): unknown => {
  if (name === 'port') return Number(text)
  if (name === 'to' || name === 'events')
    return text
      .split(',')
      .map((one) => one.trim())
      .filter((one) => one !== '')
  return text
}

/** A setting as a field shows it. */
export const shownIn = (destination: Destination, name: Field['name'] | 'events'): string => {
  const value = destination[name]
  if (Array.isArray(value)) return value.join(', ')
  return value === undefined ? '' : String(value)
}

/** What a form changes: settings that were typed anew, and `null` for those that were emptied. */
export const changesOf = (
  typed: Readonly<Record<string, string>>,
  shown: Readonly<Record<string, string>>,
): Readonly<Record<string, unknown>> =>
  Object.fromEntries(
    Object.entries(typed)
      .filter(([name, text]) => text.trim() !== (shown[name] ?? ''))
      .map(([name, text]) => [name, text.trim() === '' ? null : valueOf(name, text.trim())]),
  )
