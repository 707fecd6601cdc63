import { DATA_CENTRE, type DemoPlace, PLACES } from './places.ts'
import { type Random, randomOf } from './random.ts'

/** What there is to be found about an account; most are honest. */
export type DemoKind =
  | 'honest'
  | 'second_household'
  | 'travel'
  | 'two_places'
  | 'leaked'
  | 'restream'
  | 'many_devices'
  | 'hosting'
  | 'crowded'

/** A player somebody owns. */
export interface DemoDevice {
  readonly id: string
  readonly platform: string
  readonly agent: string
}

/** A household line: where it is, and the last number of its address. */
export interface DemoLine {
  readonly place: DemoPlace
  readonly host: number
}

/** An invented account. */
export interface DemoPerson {
  readonly index: number
  readonly id: string
  readonly name: string
  readonly kind: DemoKind
  readonly group: string
  readonly maxSessions: number
  readonly home: DemoLine
  /** A line elsewhere, of the person who shares the account. */
  readonly other: DemoLine
  readonly devices: readonly [DemoDevice, ...DemoDevice[]]
  /** Favourite channels come first. */
  readonly channels: readonly [string, ...string[]]
  /** Those of the person who shares the account. */
  readonly otherChannels: readonly string[]
}

/** How many accounts the demo has. */
export const PEOPLE = 200

/** How many accounts of each kind there are; the rest are honest. */
const SHARED: readonly (readonly [DemoKind, number])[] = [
  ['second_household', 6],
  ['travel', 5],
  ['two_places', 5],
  ['leaked', 3],
  ['restream', 2],
  ['many_devices', 3],
  ['hosting', 4],
  ['crowded', 4],
]

const NAMES: readonly [string, ...string[]] = [
  ...([
    'Ada',
    'Bruno',
    'Clara',
    'Dario',
    'Elena',
    'Felix',
    'Greta',
    'Hugo',
    'Irina',
    'Jonas',
  ] as const),
  ...([
    'Karin',
    'Luis',
    'Mira',
    'Nils',
    'Olga',
    'Pavel',
    'Rosa',
    'Sami',
    'Tara',
    'Viktor',
  ] as const),
]
const INITIALS = 'ABCDEFGHKL'

const MODELS: readonly [readonly [string, string], ...(readonly [string, string])[]] = [
  ['Android TV', 'TiviMate/4.7.0 (Android 11; SHIELD Android TV)'],
  ['webOS', 'Mozilla/5.0 (Web0S; Linux/SmartTV) AppleWebKit/537.36 Chrome/108.0.0.0 Safari/537.36'],
  ['Linux', 'Kodi/21.0 (X11; Linux x86_64) App_Bitness/64 Version/21.0'],
  ['Windows', 'VLC/3.0.20 LibVLC/3.0.20'],
  ['iOS', 'AppleCoreMedia/1.0.0.21E236 (iPhone; U; CPU OS 17_4_1 like Mac OS X; en_gb)'],
  ['Android', 'ExoPlayerLib/2.19.1 (Linux; Android 14; Pixel 8)'],
]

const CHANNELS: readonly [string, ...string[]] = [
  ...(['federal-1', 'federal-2', 'federal-3', 'federal-4', 'sport-1', 'sport-2'] as const),
  ...(['sport-3', 'film-1', 'film-2', 'film-4'] as const),
]

const kindOf = (index: number): DemoKind => {
  // Shared accounts stand apart from each other: every sixth one, until they are used up.
  let left = index % 6 === 3 ? Math.floor(index / 6) : PEOPLE
  for (const [kind, count] of SHARED) {
    if (left < count) return kind
    left -= count
  }
  return 'honest'
}

const deviceOf = (random: Random, person: number, n: number): DemoDevice => {
  const [platform, agent] = random.pick(MODELS)
  return { id: `demo-${person}-${n}`, platform, agent }
}

const lineOf = (place: DemoPlace, index: number): DemoLine => ({ place, host: 10 + (index % 230) })

const personOf = (index: number): DemoPerson => {
  const random = randomOf(7919 * (index + 1))
  const kind = kindOf(index)
  const home = random.pick(PLACES)
  const away = PLACES[(PLACES.indexOf(home) + 9 + random.whole(0, 8)) % PLACES.length] ?? PLACES[0]
  const other = kind === 'hosting' ? DATA_CENTRE : away
  const count = kind === 'many_devices' ? 14 : random.whole(2, 3)
  const [first, ...more] = Array.from({ length: count }, (_, n) => deviceOf(random, index, n))
  const rest = [...CHANNELS].sort(() => random.next() - 0.5)
  return {
    index,
    id: `demo-${String(index).padStart(3, '0')}`,
    name: `${NAMES[index % NAMES.length]} ${INITIALS[Math.floor(index / NAMES.length)]}.`,
    kind,
    group: home.country === 'DE' ? 'abroad' : 'everyone',
    maxSessions: kind === 'crowded' ? 4 : 2,
    home: lineOf(home, index),
    other: lineOf(other, index + 1),
    devices: [first ?? deviceOf(random, index, 0), ...more],
    channels: [rest[0] ?? CHANNELS[0], ...rest.slice(1, 5)],
    otherChannels: rest.slice(5),
  }
}

/** The demo's accounts, the same at every call. */
export const demoPeople = (): DemoPerson[] => Array.from({ length: PEOPLE }, (_, i) => personOf(i))
