import { type AccountState, CLOCKS, type Claim, type Slot } from './types.ts'

/** A session with its lease key. */
export interface Held {
  readonly key: string
  readonly slot: Slot
}

/** Number of streams and networks in use. */
export interface Tally {
  readonly streams: number
  readonly networks: number
}

/** The network that a network is counted as: an IPv6 network as the IPv4 network of the same home, where they are paired. */
export const homeOf = (state: AccountState, net: string): string => state.pairs[net]?.net ?? net

/** The id that a session's stream is counted by: the channel or the session (`sameChannel`), and of a pass used from two homes each of them. */
export const streamOf = (state: AccountState, slot: Slot): string =>
  state.limits.sameChannel === 'once' ? slot.ch : `${slot.sid}|${homeOf(state, slot.net)}`

const byKey = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0)

/** Key of the token's ban that a hard cap sets besides the device's. */
export const tokenKey = (claim: Claim): string => `${claim.ch}|${claim.net}#${claim.tok ?? ''}`

/** The keys of a record in byte order, so that TypeScript and Lua iterate alike. */
export const sortedKeys = (record: Record<string, unknown>): string[] =>
  Object.keys(record).sort(byKey)

/** Sessions that are not expired. */
export const liveSlots = (state: AccountState): Held[] => {
  const held: Held[] = []
  for (const key of sortedKeys(state.slots)) {
    const slot = state.slots[key]
    if (slot && slot.gone === 0) held.push({ key, slot })
  }
  return held
}

/** Live sessions that are not superseded. */
export const countingSlots = (state: AccountState): Held[] =>
  liveSlots(state).filter(({ slot }) => slot.sup === 0)

/** Time of a session's last request (Unix ms), by reports and the traffic log. */
export const requestedAt = (slot: Slot): number => Math.max(slot.seen, slot.used - CLOCKS.traffic)

/** The sessions without their keys. */
export const slotsOf = (held: readonly Held[]): Slot[] => held.map(({ slot }) => slot)

/** Distinct streams and networks of some sessions. */
export const tally = (state: AccountState, slots: readonly Slot[]): Tally => {
  const streams = new Set<string>()
  const networks = new Set<string>()
  for (const slot of slots) {
    streams.add(streamOf(state, slot))
    networks.add(homeOf(state, slot.net))
  }
  return { streams: streams.size, networks: networks.size }
}

/** Whether a count is within both caps. */
export const fits = (state: AccountState, count: Tally): boolean => {
  const { maxStreams, maxNetworks } = state.limits
  return (
    (maxStreams === 0 || count.streams <= maxStreams) &&
    (maxNetworks === 0 || count.networks <= maxNetworks)
  )
}

/** Whether the sessions that count are within the caps. */
export const isWithinCaps = (state: AccountState): boolean =>
  fits(state, tally(state, slotsOf(countingSlots(state))))
