import { resolveTool } from '../../../control/runtime/resolve.ts'
import { FORMS, type Form, type Kind } from '../player.ts'
import { lastNumber, processPlaying } from './ffmpeg.ts'

const QUIET = ['-noconfig', 'all', '-nolirc', '-noconsolecontrols', '-vo', 'null', '-ao', 'null']

/** Its own demuxer of MPEG-TS reads half a megabyte before it shows anything: half a minute of the demo's thin stream. */
const THIN = ['-demuxer', 'lavf', '-lavfdopts', 'probesize=100000']

/** MPlayer with ffmpeg's protocols: its own play no HLS. */
export const mplayer: Kind = {
  name: 'MPlayer ffmpeg://',
  async prepare() {
    const { argv, version } = await resolveTool('mplayer')
    const clock = (output: string) => lastNumber(output, /V: *(\d+\.\d+)/g)
    const play = async (list: readonly string[], form: Form) => {
      const options = form === 'MPEG-TS' ? [...QUIET, ...THIN] : QUIET
      return processPlaying(list, (url) => [...argv, ...options, `ffmpeg://${url}`], clock)
    }
    return { name: 'MPlayer ffmpeg://', version, forms: FORMS, play }
  },
}
