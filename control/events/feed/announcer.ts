import type { LiveFeed } from './live-feed.ts'

/** Says what kind of thing was changed: `history`, or as `changed` names it. */
export type Announce = (what: string) => void

/** Many changes at once are told as one. */
const TOGETHER_MS = 200

/** Tells those who watch the stream of events what was changed, each kind once in a while. */
export const createAnnouncer = (feed: Pick<LiveFeed, 'tell'>, now: () => number): Announce => {
  const waiting = new Set<string>()
  return (what) => {
    if (waiting.has(what)) return
    waiting.add(what)
    setTimeout(() => {
      waiting.delete(what)
      const data = { at: now(), account: null }
      if (what === 'history') feed.tell({ event: 'history.written', data })
      else feed.tell({ event: 'changed', data: { ...data, what } })
    }, TOGETHER_MS).unref()
  }
}
