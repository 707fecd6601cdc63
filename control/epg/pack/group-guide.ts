import type { Channel } from '../../playlists/catalogue/channel.ts'
import { yieldEvery } from '../../playlists/catalogue/yield-to-event-loop.ts'
import { guideIdOf } from '../../playlists/lists/guide-id.ts'
import { type GuidePictures, iconOf, PLAIN_PICTURES } from '../model/pictures.ts'
import { escapeXml } from '../read/xmltv-reader.ts'
import { GZIP_HEAD, gzipTail, type PartSum, packPart } from './gzip-parts.ts'
import type { Pack, PackedChannel } from './pack-file.ts'

const channelXml = (
  guideId: string,
  channels: readonly Channel[],
  pictures: GuidePictures,
): string => {
  const names = [...new Set(channels.map(({ name }) => name.trim() || guideId))]
  const icons = channels.map((channel) => iconOf(channel, pictures)).filter((it) => it !== '')
  const lines = [
    ...names.map((name) => `<display-name>${escapeXml(name)}</display-name>`),
    ...icons.slice(0, 1).map((icon) => `<icon src="${escapeXml(icon)}"/>`),
  ]
  return `<channel id="${escapeXml(guideId)}">${lines.join('')}</channel>\n`
}

const byGuideId = (offered: readonly Channel[]): Map<string, Channel[]> => {
  const found = new Map<string, Channel[]>()
  for (const channel of offered) {
    const guideId = guideIdOf(channel)
    const list = found.get(guideId)
    if (list === undefined) found.set(guideId, [channel])
    else list.push(channel)
  }
  return found
}

/**
 * The guide of what a group is offered, as one gzip file: all channels first, as TiviMate wants them, then the programmes. They were packed when the guide
 * was read, each channel by itself: here they are only put one behind the other.
 */
export async function* groupGuide(
  offered: readonly Channel[],
  pack: Pack | null,
  pictures: GuidePictures = PLAIN_PICTURES,
): AsyncGenerator<Uint8Array> {
  const groups = byGuideId(offered)
  const lines = ['<?xml version="1.0" encoding="UTF-8"?>\n<tv generator-info-name="Gatehouse">\n']
  for (const [index, [guideId, channels]] of [...groups].entries()) {
    await yieldEvery(index)
    lines.push(channelXml(guideId, channels, pictures))
  }
  const sums: PartSum[] = []
  yield GZIP_HEAD
  const head = await packPart(lines.join(''))
  sums.push(head)
  yield head.bytes
  for (const guideId of groups.keys()) {
    const channel: PackedChannel | undefined = pack?.index.channels[guideId]
    if (pack === null || channel === undefined || channel.xml.size === 0) continue
    sums.push(channel.xml)
    yield await pack.xml(channel)
  }
  const end = await packPart('</tv>\n')
  sums.push(end)
  yield end.bytes
  yield gzipTail(sums)
}
