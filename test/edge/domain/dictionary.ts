import { channelRows } from '../rig/tables.ts'

/** A shared dictionary of njs, as far as what is tested uses one. */
const dictionary = () => {
  const entries = new Map<string, { value: unknown; until: number }>()
  const live = (key: string) => {
    const entry = entries.get(key)
    return entry !== undefined && entry.until > Date.now() ? entry : undefined
  }
  const set = (key: string, value: unknown, ttl = Number.POSITIVE_INFINITY) =>
    void entries.set(key, { value, until: Date.now() + ttl })
  return {
    get: (key: string) => live(key)?.value,
    has: (key: string) => live(key) !== undefined,
    set,
    add: (key: string, value: unknown, ttl?: number) => {
      if (live(key) !== undefined) return false
      set(key, value, ttl)
      return true
    },
    incr: (key: string, delta: number, init: number) => {
      const entry = entries.get(key)
      const value = Number(entry?.value ?? init) + delta
      entries.set(key, { value, until: entry?.until ?? Number.POSITIVE_INFINITY })
      return value
    },
    delete: (key: string) => entries.delete(key) || undefined,
    clear: () => entries.clear(),
  }
}

const NAMES =
  'pace bans state streams leases ring denied manifests long_manifests flights texts channels_a channels_b'

/** Those of nginx's configuration; one set for all files of a process, as njs keeps what it once took out of `ngx.shared`. */
export const zones = Object.fromEntries(
  NAMES.split(' ').map((name) => [`gh_${name}`, dictionary()]),
)

/** Empties them, but for a channel `ch1` and a key. */
export const startWithOneChannel = (): void => {
  for (const zone of Object.values(zones)) zone.clear()
  zones['gh_state']?.set('channels', 0)
  zones['gh_channels_a']?.set(' filled', '1')
  const rows = channelRows({ ch1: { origin: 'http://127.0.0.1:9', base: '/ch1/' } })
  for (const [key, row] of rows) zones['gh_channels_a']?.set(key, row)
  zones['gh_texts']?.set('current', '1')
  zones['gh_texts']?.set('k1', '00'.repeat(32))
}
