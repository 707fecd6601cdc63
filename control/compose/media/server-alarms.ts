import type { AlarmEvent } from '../../config/schema/events.ts'
import type { Severity } from '../../detect/types.ts'
import type { Announcer } from '../../notify/outbox/announcer.ts'
import type { MediaHub, WatchedServer } from '../../sources/hub/hub.ts'
import type { Store } from '../../store/store.ts'
import type { Json } from '../../store/tables/records.ts'

/** Problems of a media server that raise an alarm. */
type Trouble = 'server.down' | 'server.sign_in'

/** The last alarm of each server, by its name. */
type Told = Readonly<Record<string, Trouble>>

interface AlarmParts {
  readonly hub: Pick<MediaHub, 'list'>
  readonly store: Pick<Store, 'atomically' | 'settings'>
  readonly announcer: Pick<Announcer, 'alarm'>
  readonly now: () => number
}

/** Name of the setting that stores the last alarms, so that a restart does not repeat them. */
const KEY = 'media_servers.alarms'
/** Shorter outages, as of a restart, raise no alarm. */
const PATIENCE_MS = 60_000

const SEVERITIES: Readonly<Record<Trouble | 'server.back', Severity>> = {
  'server.down': 'warning',
  'server.sign_in': 'high',
  'server.back': 'low',
}

const isTrouble = (value: unknown): value is Trouble =>
  value === 'server.down' || value === 'server.sign_in'

const readTold = (value: Json | null): Told => {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return {}
  const entries = Object.entries(value).flatMap(([name, what]) =>
    isTrouble(what) ? [[name, what] as const] : [],
  )
  return Object.fromEntries(entries)
}

/** The trouble a server is in; `null` while all is well, `undefined` while that is not known yet. */
const troubleOf = ({ source }: WatchedServer, failingMs: number): Trouble | null | undefined => {
  const { state, signIn } = source.health()
  if (state === 'watching') return null
  if (state !== 'failing') return undefined
  if (signIn === 'refused') return 'server.sign_in'
  return failingMs >= PATIENCE_MS ? 'server.down' : undefined
}

/**
 * Raises alarms about media servers: one has not answered for a minute, refuses its token, or is
 * watched again. Each is raised once, also over restarts.
 */
export const createServerAlarms = (parts: AlarmParts): (() => Promise<void>) => {
  const { hub, store, announcer, now } = parts
  const failingSince = new Map<string, number>()
  const failingMs = ({ server, source }: WatchedServer): number => {
    const isFailing = source.health().state === 'failing'
    if (!isFailing) failingSince.delete(server.name)
    else if (!failingSince.has(server.name)) failingSince.set(server.name, now())
    return now() - (failingSince.get(server.name) ?? now())
  }
  const tell = async (
    name: string,
    event: AlarmEvent & keyof typeof SEVERITIES,
    told: Told,
    detail: string | null,
  ): Promise<void> => {
    const id = `${event} ${name} ${now()}`
    const alarm = { id, event, severity: SEVERITIES[event], subject: name, detail }
    await store.atomically(async (tables) => {
      await announcer.alarm(alarm, tables)
      await tables.settings.set(KEY, told, now())
    })
  }
  return async () => {
    const servers = hub.list()
    const names = new Set(servers.map(({ server }) => server.name))
    const before = Object.entries(readTold(await store.settings.get(KEY)))
    // The alarms of removed servers are dropped.
    let told: Told = Object.fromEntries(before.filter(([name]) => names.has(name)))
    for (const one of servers) {
      const { name } = one.server
      const trouble = troubleOf(one, failingMs(one))
      if (trouble === undefined || trouble === (told[name] ?? null)) continue
      const { [name]: _before, ...others } = told
      told = trouble === null ? others : { ...others, [name]: trouble }
      await tell(name, trouble ?? 'server.back', told, one.source.health().problem)
    }
  }
}
