import type { Dashboard, Span } from '../../../store/history/dashboard.ts'
import { type ChannelPopularity, popularityOf, UNKNOWN_POPULARITY } from './channel-popularity.ts'

/** What a history tells of its channels. */
export type ChannelTotals = Pick<Dashboard, 'topChannels' | 'uniqueViewers'>

// What fewer accounts watch is no more than their own.
const VIEWERS_AT_LEAST = 20
const CHANNELS_AT_MOST = 1000

/** What everybody watched within a span, by the plays of each channel; unknown where nobody counts them. */
export const popularityIn = async (
  totals: ChannelTotals | undefined,
  span: Span,
): Promise<ChannelPopularity> => {
  if (totals === undefined) return UNKNOWN_POPULARITY
  const { topChannels, uniqueViewers } = totals
  if ((await uniqueViewers(span)) < VIEWERS_AT_LEAST) return UNKNOWN_POPULARITY
  const channels = await topChannels(span, CHANNELS_AT_MOST)
  return popularityOf(channels.map(({ key, plays }) => [key, plays]))
}

const SPAN_MS = 60 * 86_400_000

/** The popularity of channels in the last weeks, in memory. */
export interface ChannelCache {
  popularity(): ChannelPopularity
  /** Reads it again. */
  reload(): Promise<void>
}

/** Creates the cache; nothing is known until `reload`. */
export const createChannelCache = (totals: ChannelTotals, now: () => number): ChannelCache => {
  let current = UNKNOWN_POPULARITY
  return {
    popularity: () => current,
    reload: async () => {
      const to = now() + 1
      current = await popularityIn(totals, { from: to - SPAN_MS, to })
    },
  }
}
