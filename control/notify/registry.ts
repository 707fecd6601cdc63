import { LOG } from './log.ts'
import type { Destination, Notifier, NotifierKind, NotifierPorts } from './notifier.ts'

/** Every kind of notifier; a new one is a file and a line here. */
export const NOTIFIERS: Readonly<Record<string, NotifierKind>> = {
  log: LOG,
}

const createOne = (destination: Destination, ports: NotifierPorts): Notifier => {
  const { name, kind } = destination
  const known = Object.hasOwn(NOTIFIERS, kind) ? NOTIFIERS[kind] : undefined
  if (known !== undefined) return known.create(destination, ports)
  const kinds = Object.keys(NOTIFIERS).join(', ')
  throw new Error(`destination '${name}': its kind is one of ${kinds}, not '${kind}'`)
}

/**
 * One notifier that tells every destination. One that fails is written to the log and keeps no other from being told:
 * what was done about a finding is done, whoever hears of it. Throws an `Error` for a destination that cannot work.
 */
export const createNotifiers = (
  destinations: readonly Destination[],
  ports: NotifierPorts,
): Notifier => {
  const all = destinations.map((destination) => ({
    name: destination.name,
    notifier: createOne(destination, ports),
  }))
  return {
    notify: async (notice) => {
      await Promise.all(
        all.map(async ({ name, notifier }) => {
          try {
            await notifier.notify(notice)
          } catch (error) {
            ports.log.warn({ err: error, destination: name, finding: notice.id }, 'not notified')
          }
        }),
      )
    },
    close: async () => {
      await Promise.all(all.map(async ({ notifier }) => await notifier.close()))
    },
  }
}
