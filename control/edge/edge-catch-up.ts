/** Delays openings on an edge until the control plane knows which sessions already play there. */
export interface EdgeCatchUp {
  /**
   * Resolves when the edge has synced lately or its time limit is over; false while its unknown sessions may
   * still return.
   */
  caughtUp(edge: string): Promise<boolean>
  /**
   * Begins a sync of the edge, with the epoch of its last sync and the present one. True where its sessions may be
   * unknown here, as after a loss of Redis; it then reports all of them, and once, time is given for them to return.
   */
  beginSync(edge: string, lastEpoch: string | null, present: string | null): boolean
  /** Whether time is still given for the edge's unknown sessions to return. */
  isWaiting(edge: string): boolean
  /** Ends a sync of the edge; `isComplete` once it has reported all its sessions since the epoch changed. */
  synced(edge: string, isComplete: boolean): void
}

/** Time limits, in milliseconds. */
export interface EdgeCatchUpTimes {
  /** An edge that has not synced for longer may play sessions unknown here. */
  readonly silenceMs: number
  /** Longest wait for the sync of a silent edge, and for its reports; edges sync once a second. */
  readonly syncTimeoutMs: number
  /** Time for unknown sessions to return: each does with its player's next request. */
  readonly returnMs: number
}

const TIMES: EdgeCatchUpTimes = { silenceMs: 8_000, syncTimeoutMs: 3_000, returnMs: 4_000 }

/** The epoch sent to an edge with unknown sessions while Redis is unavailable. */
export const DEGRADED_EPOCH = 'none'

interface EdgeState {
  syncedAt: number
  /** Time limit of an awaited sync (ms); 0 = none is awaited. */
  syncUntil: number
  returnUntil: number
  /** The unknown epoch whose sessions were given time to return. */
  unknownEpoch: string | null
  /** Whether its unknown sessions are not all reported yet. */
  isAnnouncing: boolean
  waiting: (() => void)[]
}

const initialState = (): EdgeState => ({
  syncedAt: Number.NEGATIVE_INFINITY,
  syncUntil: 0,
  returnUntil: 0,
  unknownEpoch: null,
  isAnnouncing: false,
  waiting: [],
})

const isWaiting = ({ returnUntil }: EdgeState): boolean => returnUntil > performance.now()

/** Keeps the slots of running sessions from new openings until their edge has reported them again. */
export const createEdgeCatchUp = (times: EdgeCatchUpTimes = TIMES): EdgeCatchUp => {
  const edges = new Map<string, EdgeState>()
  const own = new Set([DEGRADED_EPOCH])
  const stateOf = (edge: string): EdgeState => {
    const state = edges.get(edge) ?? initialState()
    edges.set(edge, state)
    return state
  }
  const untilSynced = async (state: EdgeState, ms: number): Promise<void> => {
    await new Promise<void>((resolve) => {
      const timer = setTimeout(resolve, ms)
      state.waiting.push(() => {
        clearTimeout(timer)
        resolve()
      })
    })
  }
  return {
    async caughtUp(edge) {
      const state = stateOf(edge)
      const now = performance.now()
      const isSilent = now - state.syncedAt > times.silenceMs
      if (isSilent && state.syncUntil === 0) state.syncUntil = now + times.syncTimeoutMs
      const left = state.syncUntil - now
      if (left > 0) await untilSynced(state, left)
      return !isWaiting(state)
    },
    beginSync(edge, lastEpoch, present) {
      if (present !== null) own.add(present)
      const state = stateOf(edge)
      if (lastEpoch === null || own.has(lastEpoch) || state.unknownEpoch === lastEpoch) return false
      state.unknownEpoch = lastEpoch
      state.isAnnouncing = true
      state.returnUntil = performance.now() + times.syncTimeoutMs
      return true
    },
    isWaiting: (edge) => isWaiting(stateOf(edge)),
    synced(edge, isComplete) {
      const state = stateOf(edge)
      state.syncedAt = performance.now()
      state.syncUntil = 0
      if (state.isAnnouncing && isComplete) {
        state.isAnnouncing = false
        state.returnUntil = state.syncedAt + times.returnMs
      }
      for (const resolve of state.waiting.splice(0)) resolve()
    },
  }
}
