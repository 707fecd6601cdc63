import { archiveDays } from '../../playlists/catalogue/archive.ts'
import type { Channel } from '../../playlists/catalogue/channel.ts'
import { yieldEvery } from '../../playlists/catalogue/yield-to-event-loop.ts'
import { guideIdOf, shiftOf } from '../../playlists/lists/guide-id.ts'
import { attributeOf, parseInfoLine } from '../../playlists/m3u/info-line.ts'
import type { WantedChannel } from './match.ts'

/** What of a guide the channels of the lists want; entries under one guide id are one. */
export const wantedChannels = async (channels: readonly Channel[]): Promise<WantedChannel[]> => {
  const found = new Map<string, WantedChannel>()
  for (const [index, channel] of channels.entries()) {
    await yieldEvery(index)
    const guideId = guideIdOf(channel)
    const before = found.get(guideId)
    const { attributes } = parseInfoLine(channel.item.info ?? '')
    const days = archiveDays(channel)
    const ids = [channel.item.tvgId, channel.id].filter((it) => it !== '')
    const names = [channel.name, attributeOf(attributes, 'tvg-name')].filter((it) => it !== '')
    found.set(guideId, {
      guideId,
      ids: [...new Set([...(before?.ids ?? []), ...ids])],
      names: [...new Set([...(before?.names ?? []), ...names])],
      shiftMin: shiftOf(channel),
      archiveDays: Math.max(days, before?.archiveDays ?? 0),
    })
  }
  return [...found.values()]
}
