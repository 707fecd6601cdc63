import { setTimeout as sleep } from 'node:timers/promises'
import { CHANNELS } from '../../../control/demo/channels.ts'
import { type Broadcast, startKodiOn } from '../kodi/kodi.ts'
import type { Lane } from '../lane.ts'
import type { Job } from '../lanes.ts'
import { shows } from '../watch.ts'

/** What of a guide and an archive reaches a player that is given the list's address and nothing else. */
export interface Guided {
  readonly player: string
  readonly what: string
  readonly came: string
}

/** The columns of the table. */
export const GUIDED: readonly (readonly [string, (row: Guided) => string])[] = [
  ['player', ({ player }) => player],
  ['what', ({ what }) => what],
  ['what came', ({ came }) => came],
]

/** A channel with an archive, and how far back the programme lies that is opened. */
const CHANNEL = 'federal-2'
const HOURS_BACK = 3
const PICTURE_MS = 30_000
const GUIDE_MS = 60_000

/** The address of a list whose guide holds programmes, and how many channels it has. */
async function listOf(lane: Lane): Promise<{ readonly address: string; readonly count: number }> {
  const { token } = await lane.viewer('replace')
  const address = `${lane.relay.url}/playlist.m3u?token=${token}`
  const list = await (await fetch(address)).text()
  const [guide = ''] = /(?<=url-tvg=")[^"]+/.exec(list) ?? []
  const count = list.split('#EXTINF:').length - 1
  for (const end = Date.now() + GUIDE_MS; Date.now() < end; await sleep(500)) {
    const text = await (await fetch(guide.replace('.xml.gz', '.xml'))).text()
    if (text.includes('<programme ')) return { address, count }
  }
  throw new Error(`no programmes at ${guide}`)
}

const nameOf = (channel: string): string => CHANNELS.find(({ id }) => id === channel)?.name ?? ''

const momentOf = (text: string): number => Date.parse(`${text.replace(' ', 'T')}Z`)

const inArchive = (broadcasts: readonly Broadcast[]): Broadcast | undefined => {
  const at = Date.now() - HOURS_BACK * 3_600_000
  return broadcasts.find(
    ({ starttime, endtime }) => momentOf(starttime) <= at && at < momentOf(endtime),
  )
}

/** The entries of the archive a player was sent to since then, with status. */
const archiveAsked = ({ relay }: Lane, since: number): string => {
  const found = relay.seen
    .filter(({ at, path }) => at >= since && path.includes(`/${CHANNEL}/timeshift_rel-`))
    .map(({ path, status }) => `${/timeshift_rel-[^?]*/.exec(path)?.[0] ?? ''} ${status}`)
  return [...new Set(found)].join(', ')
}

async function kodiWithGuide(lane: Lane): Promise<Guided[]> {
  const row = (what: string, came: string): Guided => ({ player: 'Kodi', what, came })
  const { address, count } = await listOf(lane)
  const kodi = await startKodiOn(address, count)
  try {
    const entry = kodi.labels.indexOf(nameOf(CHANNEL))
    const broadcasts = await kodi.broadcasts(entry)
    const title = broadcasts[0]?.title ?? ''
    await kodi.open(entry)
    const isLive = await shows(kodi, PICTURE_MS)
    await kodi.quiet()
    const chosen = inArchive(broadcasts)
    const since = Date.now()
    if (chosen !== undefined) await kodi.openBroadcast(chosen.broadcastid)
    const isShown = chosen !== undefined && (await shows(kodi, PICTURE_MS))
    const shown = (is: boolean) => (is ? 'plays' : 'does not play')
    return [
      row('channels', `${kodi.labels.length} of ${count}`),
      row(
        'guide, by the address in the list',
        `${broadcasts.length} programmes a channel, the first is “${title}”`,
      ),
      row('a channel', shown(isLive)),
      row('a programme of three hours ago', `${shown(isShown)}: ${archiveAsked(lane, since)}`),
    ]
  } finally {
    await kodi.stop()
  }
}

/** Kodi with a list and its guide. */
export const guideJobs = (): Job<Guided[]>[] => [
  { isHeavy: true, name: 'Kodi, list and guide', run: kodiWithGuide },
]
