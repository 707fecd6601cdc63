/** Shared dictionaries by the kind of their values. */
export type NumberZone =
  | 'gh_leases'
  | 'gh_bans'
  | 'gh_state'
  | 'gh_pace'
  | 'gh_streams'
  | 'gh_slots'
  | 'gh_flights'

/** Dictionaries of texts whose oldest give way to new ones. */
export type EvictingZone =
  | 'gh_denied'
  | 'gh_guessed'
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

/** Every dictionary, for reports of free space. */
export const ZONES: readonly (NumberZone | TextZone)[] = [
  'gh_leases',
  'gh_bans',
  'gh_state',
  'gh_pace',
  'gh_streams',
  'gh_texts',
  'gh_denied',
  'gh_guessed',
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

/** Handles of the dictionaries met so far: each look-up of one makes a new object. */
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
 * Longest value, in characters, for a dictionary whose oldest give way: a longer one needs pages beside each other, and nginx would throw out
 * nearly everything until it found them.
 */
export const MOST_EVICTING = 1900

/** Keeps a text for a while in a dictionary whose oldest give way; one too long for that is not kept. */
export const keepText = (zone: EvictingZone, key: string, value: string, ttlMs: number): boolean =>
  value.length <= MOST_EVICTING && trySet(texts(zone), key, value, ttlMs)

/**
 * Sets a text, in place of an old one also where the dictionary is full: there njs would store the new one beside the old. False, and the
 * old one stays, where even so there is no room.
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
 * Sets where there is room; a full dictionary costs memory of one thing, never an answer. A number that is there already is overwritten in
 * place and needs no room.
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

/** Adds what is not there yet; false where it is, and where the dictionary is full. */
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

/** Counts within a window: `incr` alone would go on from an expired value. */
export const countIn = (zone: NumberZone, key: string, ttlMs: number): number => {
  const dict = numbers(zone)
  try {
    return dict.add(key, 1, ttlMs) ? 1 : dict.incr(key, 1, 0)
  } catch {
    return 0
  }
}

/** Free bytes by zone. */
export const freeSpace = (): Record<string, number> =>
  Object.fromEntries(ZONES.map((zone) => [zone, ngx.shared[zone]?.freeSpace() ?? 0]))

/** Wall clock in whole seconds. */
export const nowSec = (): number => Math.floor(Date.now() / 1000)

/** The secret of a signing key. */
export const secretOf = (kid: number): Uint8Array | null => {
  const hex = texts('gh_texts').get(`k${kid}`)
  return hex === undefined ? null : Buffer.from(hex, 'hex')
}

/** The key id that signs; `null` until keys arrived. */
export const currentKid = (): number | null => {
  const kid = texts('gh_texts').get('current')
  return kid === undefined ? null : Number(kid)
}

/** Programs and versions of this edge. */
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

/** Takes a dictionary's write lock once: it never comes back where the lock's owner died. No key is a blank. */
export const touchZone = (zone: NumberZone | TextZone): void => {
  ngx.shared[zone]?.delete(' ')
}
