import { EDGE_ZONES } from './zone-meanings.ts'

/** A zone of nginx's shared memory, as a configuration declares it. */
export interface Zone {
  readonly name: string
  readonly kind: 'js' | 'requests' | 'connections' | 'cache'
  /** As written: `32m`. */
  readonly size: string
  /**
   * What nginx compares at a reload beside the size: type and time-out of a dictionary, the key of a limit, path and levels of a cache. No `$`, no
   * blanks.
   */
  readonly shape: string
}

/** What a reload will do to a zone. */
export interface ZoneChange {
  readonly name: string
  /** `refused`: nginx -t passes and the reload is refused. `emptied`: taken, and what the zone held is gone. */
  readonly effect: 'refused' | 'emptied'
  readonly text: string
}

const plain = (text: string): string => text.replaceAll('$', '').replace(/["']/g, '')

const argument = (words: readonly string[], name: string): string | undefined =>
  words.find((word) => word.startsWith(`${name}=`))?.slice(name.length + 1)

const zoneOf = (words: readonly string[], kind: Zone['kind'], named: string): Zone | null => {
  const [name, size] = argument(words, named)?.split(':') ?? []
  if (name === undefined || size === undefined) return null
  const shapes: Record<Zone['kind'], () => string> = {
    js: () =>
      `${argument(words, 'type') ?? 'string'}/${argument(words, 'timeout') === undefined ? 'lasting' : 'timed'}`,
    requests: () => plain(words[0] ?? ''),
    connections: () => plain(words[0] ?? ''),
    cache: () => `${plain(words[0] ?? '')}/${argument(words, 'levels') ?? ''}`,
  }
  return { name, kind, size, shape: shapes[kind]() }
}

const DIRECTIVES: Readonly<Record<string, readonly [Zone['kind'], string]>> = {
  js_shared_dict_zone: ['js', 'zone'],
  limit_req_zone: ['requests', 'zone'],
  limit_conn_zone: ['connections', 'zone'],
  proxy_cache_path: ['cache', 'keys_zone'],
}

/** The zones a rendered configuration declares, each directive on a line of its own. */
export const readZones = (configuration: string): Zone[] =>
  configuration.split('\n').flatMap((line) => {
    const [directive = '', ...words] = line.trim().replace(/;$/, '').split(/\s+/)
    const known = DIRECTIVES[directive]
    const zone = known === undefined ? null : zoneOf(words, ...known)
    return zone === null ? [] : [zone]
  })

/** Zones as one line, for nginx to tell of itself. */
export const writeZones = (zones: readonly Zone[]): string =>
  zones.map(({ name, kind, size, shape }) => [name, kind, size, shape].join(' ')).join(',')

const isKind = (text: string): text is Zone['kind'] =>
  Object.values(DIRECTIVES).some(([kind]) => kind === text)

/** The zones a running nginx reports; none where its version reports none. */
export const parseZones = (line: string): Zone[] =>
  line.split(',').flatMap((part) => {
    const [name, kind, size, shape = ''] = part.split(' ')
    if (name === undefined || kind === undefined || size === undefined || !isKind(kind)) return []
    return [{ name, kind, size, shape }]
  })

const UNITS: Readonly<Record<string, number>> = { '': 1, k: 1024, m: 1024 ** 2, g: 1024 ** 3 }

const bytesOf = (size: string): number => {
  const [, digits = '0', unit = ''] = /^(\d+)([kmg]?)$/i.exec(size) ?? []
  return Number(digits) * (UNITS[unit.toLowerCase()] ?? 1)
}

/** Type and key of a zone must stay, and a time-out may go but not come. */
const isRefused = (old: Zone, now: Zone): boolean => {
  if (old.kind !== 'js') return old.shape !== now.shape
  const [[oldType, oldTime], [type, time]] = [old.shape.split('/'), now.shape.split('/')]
  return oldType !== type || (oldTime === 'lasting' && time === 'timed')
}

const WHAT: Readonly<Record<Zone['kind'], string>> = {
  js: 'type or time-out',
  requests: 'key',
  connections: 'key',
  cache: 'path or levels',
}

const changeOf = (old: Zone, now: Zone): ZoneChange | null => {
  const { name } = now
  // nginx takes a zone of another kind or size for a new one.
  if (old.kind === now.kind && bytesOf(old.size) === bytesOf(now.size)) {
    if (!isRefused(old, now)) return null
    const text = `${name} gets another ${WHAT[now.kind]} at the same size: nginx -t passes, and the reload is refused. Restart nginx instead.`
    return { name, effect: 'refused', text }
  }
  const lost = EDGE_ZONES[name] ?? 'What it remembers is forgotten.'
  return {
    name,
    effect: 'emptied',
    text: `${name} changes from ${old.size} to ${now.size}: a reload empties it. ${lost}`,
  }
}

/** What a reload of an nginx with the old zones does, once it is given the new ones. */
export const zoneChanges = (old: readonly Zone[], now: readonly Zone[]): ZoneChange[] => {
  const before = new Map(old.map((zone) => [zone.name, zone]))
  return now.flatMap((zone) => {
    const was = before.get(zone.name)
    const change = was === undefined ? null : changeOf(was, zone)
    return change === null ? [] : [change]
  })
}
