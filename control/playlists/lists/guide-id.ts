import type { Channel } from '../catalogue/channel.ts'
import { attributeOf, parseInfoLine } from '../m3u/info-line.ts'

type Entry = Pick<Channel, 'id' | 'item'>

/** Minutes by which a channel's programmes come later than in the guide: `tvg-shift`, in hours. */
export const shiftOf = ({ item }: Entry): number => {
  if (item.info === null || !/tvg-shift/i.test(item.info)) return 0
  const hours = Number(
    attributeOf(parseInfoLine(item.info).attributes, 'tvg-shift').replace(',', '.'),
  )
  return Number.isFinite(hours) ? Math.round(hours * 60) : 0
}

/**
 * The id of a channel in a guide of ours: its `tvg-id` as written, so that players find what they found before. Without one, or where its
 * programmes are shifted, its own.
 */
export const guideIdOf = (channel: Entry): string =>
  channel.item.tvgId !== '' && shiftOf(channel) === 0 ? channel.item.tvgId : channel.id
