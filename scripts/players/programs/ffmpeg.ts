import { resolveTool } from '../../../control/runtime/resolve.ts'
import { startChild } from '../../../test/support/programs/child.ts'
import { FORMS, type Kind, type Playing } from '../player.ts'

/** The last number that `pattern` finds in a text. */
export const lastNumber = (text: string, pattern: RegExp): number | null => {
  const found = [...text.matchAll(pattern)].at(-1)?.[1]
  return found === undefined ? null : Number(found)
}

/** A player without commands: a zap ends it and starts it on the next channel. */
export function processPlaying(
  list: readonly string[],
  argvOf: (url: string) => readonly string[],
  position: (output: string) => number | null,
  env: NodeJS.ProcessEnv = process.env,
): Playing {
  let child = startChild(argvOf(list[0] ?? ''), { env })
  return {
    position: async () => position(child.output()),
    isOver: () => child.exitCode() !== null,
    async zap(entry) {
      await child.stop()
      child = startChild(argvOf(list[entry] ?? ''), { env })
    },
    output: () => child.output(),
    stop: () => child.stop(),
  }
}

const seconds = (output: string) => lastNumber(output, /^out_time_us=(\d+)/gm)

/** ffmpeg at the pace of the stream; nothing is written. */
export const ffmpeg: Kind = {
  name: 'ffmpeg',
  async prepare() {
    const { argv, version } = await resolveTool('ffmpeg')
    const input = ['-nostdin', '-v', 'error', '-stats_period', '0.2', '-progress', 'pipe:1', '-re']
    const argvOf = (url: string) => [...argv, ...input, '-i', url, '-f', 'null', '-']
    const play = async (list: readonly string[]) => processPlaying(list, argvOf, seconds)
    return { name: 'ffmpeg', version, forms: FORMS, play }
  },
}

/** ffplay without a screen. */
export const ffplay: Kind = {
  name: 'ffplay',
  async prepare() {
    const { argv, version } = await resolveTool('ffplay')
    const env = { ...process.env, SDL_VIDEODRIVER: 'dummy', SDL_AUDIODRIVER: 'dummy' }
    const argvOf = (url: string) => [...argv, '-v', 'error', '-stats', '-autoexit', url]
    const clock = (output: string) => lastNumber(output, /(\d+\.\d+) [AMV]-[AV]:/g)
    const play = async (list: readonly string[]) => processPlaying(list, argvOf, clock, env)
    return { name: 'ffplay', version, forms: FORMS, play }
  },
}
