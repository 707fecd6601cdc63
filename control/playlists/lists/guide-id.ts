import type { Channel } from '../catalogue/channel.ts'
import { minutesOf } from '../m3u/info-line.ts'

type Entry = Pick<Channel, 'id' | 'item'>

/** Minutes by which a channel's programmes come later than in the guide: `tvg-shift`, in hours. */
export const shiftOf = ({ item }: Entry): number => minutesOf(item.info, 'tvg-shift')

/**
 * The id of a channel in a guide of ours: its `tvg-id` as written, so that players find what they found before. Without one, or where its
 * programmes are shifted, its own.
 */
export const guideIdOf = (channel: Entry): string =>
  channel.item.tvgId !== '' && shiftOf(channel) === 0 ? channel.item.tvgId : channel.id
