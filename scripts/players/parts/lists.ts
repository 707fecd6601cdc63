import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { resolveTool } from '../../../control/runtime/resolve.ts'
import { tempDir } from '../../../test/support/temp-dir.ts'
import { startKodiOn } from '../kodi/kodi.ts'
import type { Lane } from '../lane.ts'
import type { Job } from '../lanes.ts'
import type { Playing } from '../player.ts'
import { startMpv } from '../programs/mpv.ts'
import { startVlc } from '../programs/vlc.ts'
import { shows } from '../watch.ts'

/** Whether a player reads a list as its viewer expects. */
export interface Listed {
  readonly player: string
  readonly list: string
  readonly came: string
}

/** The columns of the table. */
export const LISTED: readonly (readonly [string, (row: Listed) => string])[] = [
  ['player', ({ player }) => player],
  ['list', ({ list }) => list],
  ['what came', ({ came }) => came],
]

const PICTURE_MS = 20_000

const printed = async (lane: Lane): Promise<string> => {
  const { token } = await lane.viewer('replace')
  return `${lane.relay.url}/playlist.m3u?token=${token}`
}

const shownBy = async (playing: Playing): Promise<string> => {
  const isShown = await shows(playing, PICTURE_MS)
  await playing.stop()
  return isShown ? 'plays' : `does not play: ${playing.output().slice(-200)}`
}

/** A copy of the list whose entries carry a suffix, as some lists for Kodi do. */
async function suffixed(lane: Lane): Promise<string> {
  const text = await (await fetch(await printed(lane))).text()
  const folder = await tempDir()
  const path = join(folder.path, 'list.m3u')
  writeFileSync(path, text.replace(/^http\S+/gm, '$&|User-Agent=Box&Referer=http://box.example/'))
  return path
}

/** `#EXTGRP` after an entry names its group alone; the next without one has none of it. */
const GROUPS = `#EXTM3U
#EXTINF:-1 tvg-id="a",A
#EXTGRP:First
http://127.0.0.1:9/a.m3u8
#EXTINF:-1 tvg-id="b",B
http://127.0.0.1:9/b.m3u8
`

async function groupsInKodi(): Promise<string> {
  const kodi = await startKodiOn(GROUPS, 2)
  try {
    return await kodi.groups()
  } finally {
    await kodi.stop()
  }
}

/** The lists, and who reads them. */
export function listJobs(): Job<Listed>[] {
  const row = (player: string, list: string, of: (lane: Lane) => Promise<string>): Job<Listed> => ({
    isHeavy: player === 'Kodi',
    name: `${player}, ${list}`,
    run: async (lane) => ({ player, list, came: await of(lane) }),
  })
  const mpv = async () => (await resolveTool('mpv')).argv
  const vlc = async () => (await resolveTool('vlc')).argv
  return [
    row('mpv', 'the address the demo prints', async (lane) =>
      shownBy(await startMpv(await mpv(), [await printed(lane)])),
    ),
    row('VLC', 'the address the demo prints', async (lane) =>
      shownBy(await startVlc(await vlc(), [await printed(lane)])),
    ),
    row('mpv', 'entries that end in `|User-Agent=…`', async (lane) =>
      shownBy(await startMpv(await mpv(), [await suffixed(lane)])),
    ),
    row('VLC', 'entries that end in `|User-Agent=…`', async (lane) =>
      shownBy(await startVlc(await vlc(), [await suffixed(lane)])),
    ),
    row('Kodi', '`#EXTGRP` after the first of two entries', groupsInKodi),
  ]
}
