import { chmodSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { resolveTool } from '../../../control/runtime/resolve.ts'
import { tempDir } from '../../../test/support/temp-dir.ts'
import { FORMS, type Form, type Kind } from '../player.ts'
import { lastNumber, processPlaying } from './ffmpeg.ts'

/** What has to stand before an address whose name does not say what it is. */
const PREFIX: Readonly<Record<Form, string>> = {
  'HLS media': '',
  'HLS master': '',
  'MPEG-TS': 'httpstream://',
  DASH: 'dash://',
  archive: '',
}

/** streamlink with ffmpeg as the player it feeds. */
export const streamlink: Kind = {
  name: 'streamlink',
  async prepare() {
    const { argv, version } = await resolveTool('streamlink')
    const ffmpeg = (await resolveTool('ffmpeg')).argv
    const play = async (list: readonly string[], form: Form) => {
      const folder = await tempDir()
      const progress = join(folder.path, 'progress')
      const program = join(folder.path, 'ffmpeg')
      writeFileSync(program, `#!/bin/sh\nexec ${ffmpeg.join(' ')} "$@"\n`)
      chmodSync(program, 0o755)
      const args = `-v error -stats_period 0.2 -progress ${progress} -re -i {playerinput} -f null -`
      const player = ['--ffmpeg-ffmpeg', program, '--player', program, '--player-args', args]
      const argvOf = (it: string) => [...argv, ...player, `${PREFIX[form]}${it}`, 'best']
      const position = () => {
        try {
          return lastNumber(readFileSync(progress, 'utf8'), /^out_time_us=(\d+)/gm)
        } catch {
          return null
        }
      }
      const playing = processPlaying(list, argvOf, position)
      return { ...playing, stop: () => playing.stop().then(folder.remove) }
    }
    return { name: 'streamlink', version, forms: FORMS, play }
  },
}
