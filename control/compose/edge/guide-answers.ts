import { shortListing, tableListing } from '../../epg/model/listings.ts'
import { groupGuide } from '../../epg/pack/group-guide.ts'
import type { GuideService } from '../../epg/service.ts'
import type { LineupService } from '../../lineup/lineup-service.ts'
import { archiveDays } from '../../playlists/catalogue/archive.ts'
import { guideIdOf } from '../../playlists/lists/guide-id.ts'
import type { GuideAnswers } from '../../routes/edge/guides.ts'
import type { Parts } from '../parts.ts'

/** Names by which edges are asked; a guide under more of them is made anew each time. */
const MOST_BASES = 32

const createBases = (): ((base: string | null) => boolean) => {
  const known = new Set<string>()
  return (base) => {
    if (base === null) return true
    if (known.size < MOST_BASES) known.add(base)
    return known.has(base)
  }
}

/** The guide as edges ask for it: of what the group's list offers, and of nothing else. */
export const createGuideAnswers = (
  lineup: LineupService,
  guide: GuideService,
  { pictures, live, now }: Pick<Parts, 'pictures' | 'live' | 'now'>,
): GuideAnswers => {
  const isKept = createBases()
  return {
    guide: (group, versions, base) => {
      const [listVersion = '', guideVersion = ''] = versions.split('.')
      const wanted = lineup.playlists.list(group, listVersion)
      const list = wanted ?? lineup.playlists.list(group)
      if (list === null) return null
      const isPresent = wanted !== null && guideVersion === guide.version()
      const { seal } = pictures
      const chunks = groupGuide(list.offered, guide.pack(), {
        seal,
        base: live.config().edge.public_url ?? base,
      })
      return { chunks, isWanted: isPresent && isKept(base) }
    },
    listing: async (group, number, { form, limit }) => {
      const channel = lineup.playlists.offered(group, number)
      const pack = guide.pack()
      const guideId = channel === null ? '' : guideIdOf(channel)
      const packed = pack?.index.channels[guideId]
      if (channel === null || pack === null || packed === undefined) return []
      const programmes = await pack.programmes(packed)
      const listed = { number, guideId, archiveDays: archiveDays(channel) }
      const nowSec = Math.floor(now() / 1000)
      return form === 'table'
        ? tableListing(programmes, listed, nowSec)
        : shortListing(programmes, listed, { limit, nowSec })
    },
  }
}
