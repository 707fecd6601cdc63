/** Names of nginx's shared dictionaries (`js_shared_dict_zone`) with numbers as values. */
export type NumberZone =
  | 'gh_leases'
  | 'gh_bans'
  | 'gh_state'
  | 'gh_pace'
  | 'gh_streams'
  | 'gh_slots'
  | 'gh_flights'

/** Dictionaries of texts that evict their oldest entries when they are full. */
export type EvictingZone =
  | 'gh_denied'
  | 'gh_guessed'
  | 'gh_refused'
  | 'gh_country'
  | 'gh_identity'
  | 'gh_ring'
  | 'gh_manifests'
  | 'gh_long_manifests'

/** Dictionaries of texts. */
export type TextZone =
  | EvictingZone
  | 'gh_texts'
  | 'gh_networks_a'
  | 'gh_networks_b'
  | 'gh_channels_a'
  | 'gh_channels_b'

/** Every dictionary, for the report of free space and the probe. */
export const ZONES: readonly (NumberZone | TextZone)[] = [
  'gh_leases',
  'gh_bans',
  'gh_state',
  'gh_pace',
  'gh_streams',
  'gh_texts',
  'gh_denied',
  'gh_guessed',
  'gh_refused',
  'gh_networks_a',
  'gh_networks_b',
  'gh_channels_a',
  'gh_channels_b',
  'gh_country',
  'gh_identity',
  'gh_slots',
  'gh_ring',
  'gh_manifests',
  'gh_long_manifests',
  'gh_flights',
]

/** Cache of dictionary objects: each read of `ngx.shared` makes a new one. */
const handles: {
  readonly numbers: Partial<Record<NumberZone, NgxSharedDict<number>>>
  readonly texts: Partial<Record<TextZone, NgxSharedDict<string>>>
} = { numbers: {}, texts: {} }

/** A dictionary of numbers. */
export const numbers = (zone: NumberZone): NgxSharedDict<number> =>
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- the zone's directive says its type
  (handles.numbers[zone] ??= ngx.shared[zone] as NgxSharedDict<number>)

/** A dictionary of texts. */
export const texts = (zone: TextZone): NgxSharedDict<string> =>
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- the zone's directive says its type
  (handles.texts[zone] ??= ngx.shared[zone] as NgxSharedDict<string>)

/**
 * Longest value, in characters, for a dictionary that evicts: a longer one needs contiguous pages of the slab, and nginx would evict nearly every
 * entry until it finds them.
 */
export const MOST_EVICTING = 1900

/** Stores a text for `ttlMs` in a dictionary that evicts; false where it is longer than `MOST_EVICTING` or there is no room. */
export const keepText = (zone: EvictingZone, key: string, value: string, ttlMs: number): boolean =>
  value.length <= MOST_EVICTING && trySet(texts(zone), key, value, ttlMs)

/**
 * Replaces a text also where the dictionary is full: njs alone would need room for both. False where there is no room even so; the old text
 * then stays.
 */
export const renewText = (dict: NgxSharedDict<string>, key: string, value: string): boolean => {
  if (trySet(dict, key, value)) return true
  const old = dict.get(key)
  if (old === undefined) return false
  dict.delete(key)
  if (trySet(dict, key, value)) return true
  trySet(dict, key, old)
  return false
}

/**
 * Sets a value; false where the dictionary is full. A number is overwritten in place and needs no room.
 */
export const trySet = <V extends string | number>(
  dict: NgxSharedDict<V>,
  key: string,
  value: V,
  ttlMs?: number,
): boolean => {
  try {
    if (ttlMs === undefined) dict.set(key, value)
    else dict.set(key, value, ttlMs)
    return true
  } catch {
    return false
  }
}

/** Adds a value; false where the key exists, and where the dictionary is full. */
export const tryAdd = <V extends string | number>(
  dict: NgxSharedDict<V>,
  key: string,
  value: V,
  ttlMs: number,
): boolean => {
  try {
    return dict.add(key, value, ttlMs)
  } catch {
    return false
  }
}

/** Zones that lose nothing where they are full, and that requests add to. */
type LastingZone = 'gh_leases' | 'gh_streams' | 'gh_slots' | 'gh_bans'

/** A full zone is tried once in this time: nginx writes an error for each time that it finds no room. */
const FULL_MS = 1000

const fullName = (zone: LastingZone): string => `full:${zone}`

/** Whether a zone had no room a moment ago. */
const wasFull = (zone: LastingZone): boolean =>
  (numbers('gh_state').get(fullName(zone)) ?? 0) > Date.now()

const noteFull = (zone: LastingZone): false => {
  trySet(numbers('gh_state'), fullName(zone), Date.now() + FULL_MS)
  return false
}

/** Sets a number in a zone that does not evict; one that is there needs no room. False where there is none for a new one. */
export const putLasting = (
  zone: LastingZone,
  key: string,
  value: number,
  ttlMs: number,
): boolean => {
  const dict = numbers(zone)
  if (wasFull(zone) && dict.get(key) === undefined) return false
  return trySet(dict, key, value, ttlMs) || noteFull(zone)
}

/** Adds a number to a zone that does not evict; false where the key exists, and where there is no room. */
export const addLasting = (
  zone: LastingZone,
  key: string,
  value: number,
  ttlMs: number,
): boolean => {
  if (wasFull(zone)) return false
  try {
    return numbers(zone).add(key, value, ttlMs)
  } catch {
    return noteFull(zone)
  }
}

/** Increments a counter by `step`; it starts again `ttlMs` after its first increment; 0 where the dictionary is full. (`incr` alone continues from an expired value.) */
export const countIn = (zone: NumberZone, key: string, ttlMs: number, step = 1): number => {
  const dict = numbers(zone)
  try {
    return dict.add(key, step, ttlMs) ? step : dict.incr(key, step, 0)
  } catch {
    return 0
  }
}

/** Something that a refusal may stand on is no more: whatever was refused a moment ago is judged anew. */
export const forgetRefused = (): void => texts('gh_refused').clear()

/** Free bytes of each zone. */
export const freeSpace = (): Record<string, number> =>
  Object.fromEntries(ZONES.map((zone) => [zone, ngx.shared[zone]?.freeSpace() ?? 0]))

/** Unix time in whole seconds. */
export const nowSec = (): number => Math.floor(Date.now() / 1000)

/** Secrets of keys as this context last read them. */
const secrets = new Map<number, { readonly hex: string; readonly bytes: Uint8Array }>()

/** The secret of a signing key; `null` where its id is unknown. */
export const secretOf = (kid: number): Uint8Array | null => {
  const hex = texts('gh_texts').get(`k${kid}`)
  if (hex === undefined) return null
  const before = secrets.get(kid)
  if (before?.hex === hex) return before.bytes
  const bytes = Buffer.from(hex, 'hex')
  secrets.set(kid, { hex, bytes })
  return bytes
}

/** Id of the key that signs; `null` before the first sync. */
export const currentKid = (): number | null => {
  const kid = texts('gh_texts').get('current')
  return kid === undefined ? null : Number(kid)
}

/** Versions of njs and nginx, njs's engine, and whether they are new enough (njs 1.0.2 with QuickJS). */
export const engine = (): { njs: string; nginx: string; engine: string; isNewEnough: boolean } => {
  const running: NjsGlobal & { readonly engine?: string } = njs
  const name = running.engine ?? 'njs'
  return {
    njs: running.version,
    nginx: ngx.version,
    engine: name,
    isNewEnough: running.version_number >= 0x010002 && name === 'QuickJS',
  }
}

/** Takes a dictionary's write lock once by deleting a key that does not exist; does not return where the lock's owner has died. */
export const touchZone = (zone: NumberZone | TextZone): void => {
  ngx.shared[zone]?.delete(' ')
}
