import { resolveTool } from '../../../control/runtime/resolve.ts'
import { FORMS, type Kind } from '../player.ts'
import { lastNumber, processPlaying } from './ffmpeg.ts'

const QUIET = ['-noconfig', 'all', '-nolirc', '-noconsolecontrols', '-vo', 'null', '-ao', 'null']

/** MPlayer with ffmpeg's protocols: its own play no HLS. */
export const mplayer: Kind = {
  name: 'MPlayer ffmpeg://',
  async prepare() {
    const { argv, version } = await resolveTool('mplayer')
    const argvOf = (url: string) => [...argv, ...QUIET, `ffmpeg://${url}`]
    const clock = (output: string) => lastNumber(output, /V: *(\d+\.\d+)/g)
    const play = async (list: readonly string[]) => processPlaying(list, argvOf, clock)
    return { name: 'MPlayer ffmpeg://', version, forms: FORMS, play }
  },
}
