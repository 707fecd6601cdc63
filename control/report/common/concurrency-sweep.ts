/** Values that distinguish sessions, as numbers. */
export interface SessionColumns {
  readonly devices: readonly number[]
  readonly networks: readonly number[]
  readonly names: readonly number[]
}

/** The open sessions of one device, device name and network. */
interface Lane {
  readonly device: number
  readonly network: number
  readonly name: number
  /** Open sessions of the same device and network, with any name. */
  readonly spot: { open: number }
  open: number
  /** Open sessions not yet known to be concurrent. */
  unmarked: number[]
}

/** Factor of the lower index in the key of a pair of indexes. */
export const PAIR = 2 ** 26

const lanesOf = ({ devices, networks, names }: SessionColumns): Lane[] => {
  const lanes = new Map<string, Lane>()
  const spots = new Map<number, Lane['spot']>()
  return devices.map((device, i) => {
    const network = networks[i] ?? 0
    const name = names[i] ?? 0
    const key = `${device} ${name} ${network}`
    const spot = spots.get(device * PAIR + network) ?? { open: 0 }
    spots.set(device * PAIR + network, spot)
    const lane = lanes.get(key) ?? { device, network, name, spot, open: 0, unmarked: [] }
    lanes.set(key, lane)
    return lane
  })
}

const counter = (size: number): Int32Array => new Int32Array(size)

/**
 * Sweeps over time: tracks which lanes have open sessions and counts those that overlap a new
 * session.
 */
export class Sweep {
  overlaps = 0
  readonly pairs = new Set<number>()
  readonly marked: Uint8Array
  readonly #isOpen: Uint8Array
  readonly #laneOf: readonly Lane[]
  readonly #lanes = new Set<Lane>()
  readonly #byDevice: Int32Array
  readonly #byNetwork: Int32Array
  #open = 0

  constructor(columns: SessionColumns) {
    const { length } = columns.devices
    this.#laneOf = lanesOf(columns)
    this.#byDevice = counter(length)
    this.#byNetwork = counter(length)
    this.marked = new Uint8Array(length)
    this.#isOpen = new Uint8Array(length)
  }

  #lane(i: number): Lane {
    const lane = this.#laneOf[i]
    if (lane === undefined) throw new RangeError(`no session ${i}`)
    return lane
  }

  /** Counts the open sessions concurrent with session `i`, without opening it. */
  meet(i: number): void {
    const own = this.#lane(i)
    const sameDevice = this.#byDevice[own.device] ?? 0
    const sameNetwork = this.#byNetwork[own.network] ?? 0
    const met = this.#open - sameDevice - sameNetwork + own.spot.open
    if (met === 0) return
    this.overlaps += met
    this.marked[i] = 1
    for (const lane of this.#lanes)
      if (lane.device !== own.device && lane.network !== own.network) this.#join(own.name, lane)
  }

  #join(name: number, lane: Lane): void {
    this.#pair(name, lane.name)
    for (const other of lane.unmarked) if (this.#isOpen[other] === 1) this.marked[other] = 1
    lane.unmarked = []
  }

  #pair(a: number, b: number): void {
    this.pairs.add(Math.min(a, b) * PAIR + Math.max(a, b))
  }

  #count(lane: Lane, by: 1 | -1): void {
    this.#open += by
    lane.open += by
    lane.spot.open += by
    this.#byDevice[lane.device] = (this.#byDevice[lane.device] ?? 0) + by
    this.#byNetwork[lane.network] = (this.#byNetwork[lane.network] ?? 0) + by
  }

  open(i: number): void {
    this.meet(i)
    const lane = this.#lane(i)
    if (lane.open === 0) this.#lanes.add(lane)
    this.#count(lane, 1)
    this.#isOpen[i] = 1
    if (this.marked[i] === 0) lane.unmarked.push(i)
  }

  close(i: number): void {
    const lane = this.#lane(i)
    this.#count(lane, -1)
    this.#isOpen[i] = 0
    if (lane.open > 0) return
    lane.unmarked = []
    this.#lanes.delete(lane)
  }

  /** Counts a pair of concurrent sessions found outside the sweep. */
  pair(i: number, j: number): void {
    const a = this.#lane(i)
    const b = this.#lane(j)
    if (a.device === b.device || a.network === b.network) return
    this.overlaps += 1
    this.#pair(a.name, b.name)
    this.marked[i] = 1
    this.marked[j] = 1
  }
}
