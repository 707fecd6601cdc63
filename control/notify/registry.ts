import { DISCORD } from './channels/discord.ts'
import { EMAIL } from './channels/email.ts'
import { GOTIFY } from './channels/gotify.ts'
import { LOG } from './channels/log.ts'
import { NTFY } from './channels/ntfy.ts'
import { TELEGRAM } from './channels/telegram.ts'
import { WEBHOOK } from './channels/webhook.ts'
import type { Destination, Notifier, NotifierKind, NotifierPorts } from './model/notifier.ts'

/** Every kind of notifier; a new one is a file and a line here. */
export const NOTIFIERS: Readonly<Record<string, NotifierKind>> = {
  log: LOG,
  discord: DISCORD,
  ntfy: NTFY,
  webhook: WEBHOOK,
  telegram: TELEGRAM,
  email: EMAIL,
  gotify: GOTIFY,
}

/** The notifier of a destination. Throws an `Error` for one that cannot work. */
export const createNotifier = (destination: Destination, ports: NotifierPorts): Notifier => {
  const { name, kind } = destination
  const known = Object.hasOwn(NOTIFIERS, kind) ? NOTIFIERS[kind] : undefined
  if (known !== undefined) return known.create(destination, ports)
  const kinds = Object.keys(NOTIFIERS).join(', ')
  throw new Error(`destination '${name}': its kind is one of ${kinds}, not '${kind}'`)
}
