import { shortListing, tableListing } from '../../epg/model/listings.ts'
import { groupGuide } from '../../epg/pack/group-guide.ts'
import type { GuideService } from '../../epg/service.ts'
import type { LineupService } from '../../lineup/lineup-service.ts'
import { archiveDays } from '../../playlists/catalogue/archive.ts'
import { guideIdOf } from '../../playlists/lists/guide-id.ts'
import type { GuideAnswers } from '../../routes/edge/guides.ts'

/** The guide as edges ask for it: of what the group's list offers, and of nothing else. */
export const createGuideAnswers = (
  lineup: LineupService,
  guide: GuideService,
  now: () => number,
): GuideAnswers => ({
  guide: (group, versions) => {
    const [listVersion = '', guideVersion = ''] = versions.split('.')
    const wanted = lineup.playlists.list(group, listVersion)
    const list = wanted ?? lineup.playlists.list(group)
    if (list === null) return null
    const isWanted = wanted !== null && guideVersion === guide.version()
    return { chunks: groupGuide(list.offered, guide.pack()), isWanted }
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
})
