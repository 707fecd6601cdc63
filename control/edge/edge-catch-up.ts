/** Openings are judged when their edge has told what plays there already. */
export interface FirstNews {
  /** Resolves when this edge has synced lately, or has had the time for it; false where it alone knows who plays. */
  of(edge: string): Promise<boolean>
  /**
   * It begins to sync: what epoch it was told last, and the present one.
   * True where its sessions may be ones nobody here has heard of. It then tells of all of them, and their
   * viewers are waited for, once.
   */
  compare(edge: string, told: string | null, present: string | null): boolean
  /** Whether viewers of its strange sessions are waited for. */
  isWaiting(edge: string): boolean
  /** It has synced; `isTold` where it has told of all it has since it was strange. */
  heard(edge: string, isTold: boolean): void
}

/** How long is waited, and for what. */
export interface FirstNewsTimes {
  /** The places of an edge silent for longer may look free here. */
  readonly silenceMs: number
  /** For the sync of a silent edge, and for what it tells then; edges sync once a second. */
  readonly patienceMs: number
  /** For the viewers of sessions nobody knows: each comes back with his player's next request. */
  readonly returnMs: number
}

const TIMES: FirstNewsTimes = { silenceMs: 8_000, patienceMs: 3_000, returnMs: 4_000 }

/** What an edge is told that speaks of strange sessions while Redis is away. */
export const NO_EPOCH = 'none'

interface EdgeNews {
  heardAt: number
  /** Until when a sync is waited for; 0 = it is not. */
  syncUntil: number
  returnUntil: number
  /** The strange epoch whose viewers have been waited for. */
  strange: string | null
  /** It has yet to tell of its strange sessions. */
  isAnnouncing: boolean
  waiting: (() => void)[]
}

const noNews = (): EdgeNews => ({
  heardAt: Number.NEGATIVE_INFINITY,
  syncUntil: 0,
  returnUntil: 0,
  strange: null,
  isAnnouncing: false,
  waiting: [],
})

const isWaiting = ({ returnUntil }: EdgeNews): boolean => returnUntil > performance.now()

/** Keeps the places of sessions that go on from somebody who opens before they are heard of again. */
export const createFirstNews = (times: FirstNewsTimes = TIMES): FirstNews => {
  const edges = new Map<string, EdgeNews>()
  const own = new Set([NO_EPOCH])
  const newsOf = (edge: string): EdgeNews => {
    const news = edges.get(edge) ?? noNews()
    edges.set(edge, news)
    return news
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
    async of(edge) {
      const news = newsOf(edge)
      const now = performance.now()
      const isSilent = now - news.heardAt > times.silenceMs
      if (isSilent && news.syncUntil === 0) news.syncUntil = now + times.patienceMs
      const left = news.syncUntil - now
      if (left > 0) await untilNews(news, left)
      return !isWaiting(news)
    },
    compare(edge, told, present) {
      if (present !== null) own.add(present)
      const news = newsOf(edge)
      if (told === null || own.has(told) || news.strange === told) return false
      news.strange = told
      news.isAnnouncing = true
      news.returnUntil = performance.now() + times.patienceMs
      return true
    },
    isWaiting: (edge) => isWaiting(newsOf(edge)),
    heard(edge, isTold) {
      const news = newsOf(edge)
      news.heardAt = performance.now()
      news.syncUntil = 0
      if (news.isAnnouncing && isTold) {
        news.isAnnouncing = false
        news.returnUntil = news.heardAt + times.returnMs
      }
      for (const resolve of news.waiting.splice(0)) resolve()
    },
  }
}
