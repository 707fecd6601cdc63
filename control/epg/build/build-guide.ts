import { join } from 'node:path'
import { matchChannels, type WantedChannel } from '../model/match.ts'
import { type GuidePictures, programmePictures } from '../model/pictures.ts'
import { mergeProgrammes, type SourceProgramme, type WholeProgramme } from '../model/programme.ts'
import { createPackWriter } from '../pack/pack-file.ts'
import { escapeXml } from '../read/xmltv-reader.ts'
import { formatXmltvTime } from '../read/xmltv-time.ts'
import type { SourceRead } from './read-source.ts'

const DAY = 86_400

const programmeXml = (
  guideId: string,
  { start, stop, inner }: WholeProgramme,
  pictures: GuidePictures,
): string =>
  `<programme start="${formatXmltvTime(start)}" stop="${formatXmltvTime(stop)}" channel="${escapeXml(guideId)}">${programmePictures(inner, pictures)}</programme>\n`

const shifted = (programme: SourceProgramme, minutes: number): SourceProgramme => ({
  ...programme,
  start: programme.start + minutes * 60,
  stop: programme.stop === null ? null : programme.stop + minutes * 60,
})

/** What a guide is made from. */
export interface GuideInput {
  readonly wanted: readonly WantedChannel[]
  /** In the order of the configuration: the first that has programmes of an hour is believed. */
  readonly sources: readonly SourceRead[]
  readonly mapping: Readonly<Record<string, string>>
  readonly nowSec: number
  readonly pictures: GuidePictures
}

/** The channel of each source, by wanted channel. */
const chosenChannels = ({ wanted, sources, mapping }: GuideInput): Map<string, string>[] =>
  sources.map(({ channels }) => {
    const chosen = new Map<string, string>()
    for (const [id, list] of matchChannels(wanted, channels, mapping))
      for (const { guideId } of list) chosen.set(guideId, id)
    return chosen
  })

/**
 * Packs the programmes of all wanted channels, those of the past as far as the channel's archive reaches; returns the guide ids of channels that no
 * source has. Rejects where the file cannot be written; the one before stays.
 */
export const buildGuide = async (input: GuideInput, folder: string): Promise<string[]> => {
  const chosen = chosenChannels(input)
  const unmatched: string[] = []
  const writer = await createPackWriter(join(folder, 'guide.pack'))
  try {
    for (const { guideId, shiftMin, archiveDays } of input.wanted) {
      const lists: SourceProgramme[][] = []
      for (const [index, source] of input.sources.entries()) {
        const id = chosen[index]?.get(guideId)
        if (id === undefined) continue
        const programmes = await source.spool.read(id)
        lists.push(programmes.map((it) => shifted(it, shiftMin)))
      }
      if (lists.length === 0) unmatched.push(guideId)
      const first = input.nowSec - archiveDays * DAY
      const kept = mergeProgrammes(lists).filter(({ stop }) => stop > first)
      const { pictures } = input
      const xml = kept.map((programme) => programmeXml(guideId, programme, pictures)).join('')
      if (kept.length > 0) await writer.add(guideId, xml, kept)
    }
    await writer.commit(input.nowSec * 1000)
    return unmatched
  } catch (error) {
    await writer.discard()
    throw error
  }
}
