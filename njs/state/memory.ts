/** Shared dictionaries by the kind of their values. */
export type NumberZone = 'gh_leases' | 'gh_bans' | 'gh_state' | 'gh_pace' | 'gh_streams'

/** Dictionaries of texts. */
export type TextZone =
  | 'gh_texts'
  | 'gh_denied'
  | 'gh_guessed'
  | 'gh_networks_a'
  | 'gh_networks_b'
  | 'gh_channels_a'
  | 'gh_channels_b'
  | 'gh_country'
  | 'gh_identity'
  | 'gh_slots'
  | 'gh_ring'

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

/** Sets where there is room; a full dictionary costs memory of one thing, never an answer. */
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

/** Tables that are loaded beside the live one and then flipped. */
export type FlippedTable = 'networks' | 'channels'

/** Counts every change of a table; its lowest bit says which half is live. Nothing until it was loaded once. */
export const tableGeneration = (name: FlippedTable): number | undefined =>
  numbers('gh_state').get(name)

const halfOf = (name: FlippedTable, isSecond: boolean): NgxSharedDict<string> => {
  if (name === 'networks') return texts(isSecond ? 'gh_networks_b' : 'gh_networks_a')
  return texts(isSecond ? 'gh_channels_b' : 'gh_channels_a')
}

/** The live half of a table: `null` until it was loaded once. */
export const liveTable = (name: FlippedTable): NgxSharedDict<string> | null => {
  const generation = tableGeneration(name)
  return generation === undefined ? null : halfOf(name, generation % 2 === 1)
}

/** The half of a table that is not live: the first until something was loaded. */
export const idleTable = (name: FlippedTable): NgxSharedDict<string> =>
  halfOf(name, tableGeneration(name) !== undefined && (tableGeneration(name) ?? 0) % 2 === 0)

/** Notes that a table changed: `flip` makes the idle half the live one. */
export const noteTableChange = (name: FlippedTable, flip: boolean): void => {
  const generation = tableGeneration(name)
  const next = generation === undefined ? 0 : generation + (flip ? 1 : 2)
  numbers('gh_state').set(name, next)
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
