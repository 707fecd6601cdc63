import { sentence } from '../../control/runtime/failure.ts'
import { IN_BROWSER } from './browser/players.ts'
import { KODI } from './kodi/kodi.ts'
import type { Kind, Player } from './player.ts'
import { ffmpeg, ffplay } from './programs/ffmpeg.ts'
import { hlsdemux, hlsdemux2 } from './programs/gstreamer.ts'
import { mplayer } from './programs/mplayer.ts'
import { mpv } from './programs/mpv.ts'
import { streamlink } from './programs/streamlink.ts'
import { vlc } from './programs/vlc.ts'

/** Every player, in the order of the tables. */
const KINDS: readonly Kind[] = [
  ffmpeg,
  ffplay,
  vlc,
  mpv,
  ...KODI,
  hlsdemux,
  hlsdemux2,
  streamlink,
  mplayer,
  ...IN_BROWSER,
]

/** Where a player of that name stands in the tables. */
export const rankOf = (name: string): number => KINDS.findIndex((kind) => kind.name === name)

/** The players one of whose names is wanted (all of them without any), ready to play; `say` is called for those this machine cannot get. */
export async function preparePlayers(
  wanted: readonly string[],
  say: (text: string) => void,
): Promise<readonly Player[]> {
  const isWanted = ({ name }: Kind) => wanted.length === 0 || wanted.includes(name)
  const players: Player[] = []
  for (const kind of KINDS.filter(isWanted)) {
    try {
      players.push(await kind.prepare())
    } catch (error) {
      say(`${kind.name}: ${sentence(error)}`)
    }
  }
  return players
}

/** The names that can be wanted. */
export const NAMES: readonly string[] = KINDS.map(({ name }) => name)
