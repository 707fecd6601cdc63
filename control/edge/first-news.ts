/** Openings of an edge wait for its sync, which tells what plays there already. */
export interface FirstNews {
  /** Resolves when this edge has synced lately, or has had the time for it. */
  of(edge: string): Promise<void>
  /** Whether the sessions of an edge that was last told this epoch may be ones nobody here has heard of. */
  isStrange(edge: string, epoch: string | null): boolean
  /** Whether its viewers are waited for, so that nobody takes their places. */
  isWaiting(edge: string): boolean
  /** It synced; where its sessions are strange, their viewers are waited for, once. */
  heard(edge: string, epoch: string | null): void
}

/** How long is waited, and for what. */
export interface FirstNewsTimes {
  /** The places of an edge silent for longer may look free here. */
  readonly silenceMs: number
  /** For the sync of a silent edge; edges sync once a second. */
  readonly patienceMs: number
  /** For the viewers of sessions nobody knows: each comes back with his player's next request. */
  readonly returnMs: number
}

/** The last two together stay below what an edge waits for an answer. */
const TIMES: FirstNewsTimes = { silenceMs: 8_000, patienceMs: 2_000, returnMs: 3_500 }

/** What an edge is told that speaks of strange sessions while Redis is away. */
export const NO_EPOCH = 'none'

interface EdgeNews {
  heardAt: number
  /** Until when a sync is waited for; 0 = it is not. */
  syncUntil: number
  returnUntil: number
  /** The strange epoch whose viewers have been waited for. */
  strange: string | null
  waiting: (() => void)[]
}

const noNews = (): EdgeNews => ({
  heardAt: Number.NEGATIVE_INFINITY,
  syncUntil: 0,
  returnUntil: 0,
  strange: null,
  waiting: [],
})

/** Keeps the places of sessions that go on from somebody who opens before they are heard of again. */
export const createFirstNews = (
  ownEpoch: () => string | null,
  times: FirstNewsTimes = TIMES,
): FirstNews => {
  const edges = new Map<string, EdgeNews>()
  const own = new Set([NO_EPOCH])
  const newsOf = (edge: string): EdgeNews => {
    const news = edges.get(edge) ?? noNews()
    edges.set(edge, news)
    return news
  }
  const isStrange = (edge: string, epoch: string | null): boolean => {
    const current = ownEpoch()
    if (current !== null) own.add(current)
    return epoch !== null && !own.has(epoch) && newsOf(edge).strange !== epoch
  }
  const untilNews = async (news: EdgeNews, ms: number): Promise<void> => {
    await new Promise<void>((resolve) => {
      const timer = setTimeout(resolve, ms)
      news.waiting.push(() => {
        clearTimeout(timer)
        resolve()
      })
    })
  }
  return {
    isStrange,
    async of(edge) {
      const news = newsOf(edge)
      const now = performance.now()
      const isSilent = now - news.heardAt > times.silenceMs
      if (isSilent && news.syncUntil === 0) news.syncUntil = now + times.patienceMs
      const left = () => Math.max(news.syncUntil, news.returnUntil) - performance.now()
      for (let ms = left(); ms > 0; ms = left()) await untilNews(news, ms)
    },
    isWaiting: (edge) => newsOf(edge).returnUntil > performance.now(),
    heard(edge, epoch) {
      const news = newsOf(edge)
      news.heardAt = performance.now()
      news.syncUntil = 0
      if (isStrange(edge, epoch)) {
        news.strange = epoch
        news.returnUntil = news.heardAt + times.returnMs
      }
      for (const resolve of news.waiting.splice(0)) resolve()
    },
  }
}
