import { readDestination } from '../../config/checks/destination-checks.ts'
import type { DestinationConfig } from '../../config/schema/destinations.ts'
import type { SecretBox } from '../../keys/secret-box.ts'
import type { NoticeTables } from '../../store/tables/notice-tables.ts'
import type { DestinationBook, OpenDestination } from '../model/book.ts'
import { plainDestination } from '../model/defaults.ts'
import type { Notifier, NotifierPorts } from '../model/notifier.ts'
import { createNotifier } from '../registry.ts'
import { openSettings, sealSettings, withFiles } from './secrets.ts'

/** Destinations as the admin API changes them. */
export interface Destinations extends DestinationBook {
  /** Reads the configuration and the database again. */
  reload(): Promise<void>
  /** Adds or replaces one of the API. */
  put(destination: DestinationConfig): Promise<void>
  /** Removes one of the API; false when there is none. */
  remove(name: string): Promise<boolean>
  /** What is configured, with secrets; files are named, not read. */
  configured(name: string): DestinationConfig | undefined
  close(): Promise<void>
}

/** What the book works with. */
export interface DestinationParts extends NotifierPorts {
  readonly config: () => readonly DestinationConfig[]
  readonly store: Pick<NoticeTables, 'destinations'>
  readonly box: SecretBox
  readonly now: () => number
}

interface Entry extends OpenDestination {
  /** Not known where the database's cannot be read. */
  readonly config: DestinationConfig | undefined
  /** Equal for equal settings, files included. */
  readonly version: string
}

const MOST = 1000

const whyOf = (error: unknown): string => (error instanceof Error ? error.message : String(error))

const opened = (
  config: DestinationConfig,
  origin: 'file' | 'api',
  { ports, known }: { readonly ports: NotifierPorts; readonly known: Entry | undefined },
): Entry => {
  try {
    const destination = withFiles(config)
    const version = JSON.stringify([origin, destination])
    if (known?.version === version) return known
    const notifier = createNotifier(destination, ports)
    return { config, origin, version, destination, notifier, problem: null }
  } catch (error) {
    const about = { config, origin, version: '', destination: config }
    return { ...about, notifier: null, problem: whyOf(error) }
  }
}

/** A destination of the database whose settings cannot be read any more is shown, and sends nothing. */
const unreadable = (name: string, kind: string, problem: string): Entry => {
  const about = { config: undefined, origin: 'api', version: '' } as const
  return { ...about, destination: plainDestination(name, kind), notifier: null, problem }
}

/** The destinations of the database but those whose names are taken. */
const openStored = async (
  { store, box, log }: DestinationParts,
  entries: ReadonlyMap<string, Entry>,
  taken: ReadonlySet<string>,
): Promise<Entry[]> => {
  const { rows } = await store.destinations.list({ limit: MOST })
  const own = rows.filter(({ name }) => !taken.has(name))
  return own.map(({ name, kind, settings }) => {
    try {
      const read = readDestination(openSettings(name, settings, box))
      if ('destination' in read)
        return opened(read.destination, 'api', { ports: { log }, known: entries.get(name) })
      return unreadable(name, kind, read.problems.map(({ message }) => message).join('; '))
    } catch (error) {
      return unreadable(name, kind, whyOf(error))
    }
  })
}

/** Keeps the destinations of the configuration and of the database; where both have a name the file's is used. */
export const createDestinations = (parts: DestinationParts): Destinations => {
  const { config, store, box, now, log } = parts
  let entries: ReadonlyMap<string, Entry> = new Map()
  let turn: Promise<void> = Promise.resolve()

  const read = async (): Promise<void> => {
    const before = entries
    const files = config().map((one) =>
      opened(one, 'file', { ports: { log }, known: before.get(one.name) }),
    )
    const taken = new Set(files.map(({ destination }) => destination.name))
    const all = [...files, ...(await openStored(parts, before, taken))]
    entries = new Map(all.map((entry) => [entry.destination.name, entry]))
    const kept = new Set<Notifier | null>([...entries.values()].map(({ notifier }) => notifier))
    for (const { notifier } of before.values())
      if (notifier !== null && !kept.has(notifier)) void notifier.close()
  }
  /** One after the other: two that read at once would open everything twice. */
  const reload = async (): Promise<void> => {
    turn = turn.then(read, read)
    await turn
  }
  return {
    all: () => [...entries.values()],
    get: (name) => entries.get(name),
    configured: (name) => entries.get(name)?.config,
    reload,
    put: async (destination) => {
      const { name, kind } = destination
      const before = await store.destinations.get(name)
      const at = Math.trunc(now())
      await store.destinations.put({
        name,
        kind,
        settings: sealSettings(destination, box),
        createdAt: before?.createdAt ?? at,
        updatedAt: at,
      })
      await reload()
    },
    remove: async (name) => {
      const isRemoved = await store.destinations.remove(name)
      await reload()
      return isRemoved
    },
    close: async () => {
      await turn.catch(() => null)
      await Promise.all([...entries.values()].map(async ({ notifier }) => await notifier?.close()))
    },
  }
}
