import { join } from 'node:path'
import { resolveTool } from '../../../control/runtime/resolve.ts'
import { startChild } from '../../../test/support/programs/child.ts'
import { tempDir } from '../../../test/support/temp-dir.ts'
import { commanded, openLineSocket } from '../line-socket.ts'
import { FORMS, type Kind, type Playing } from '../player.ts'

const QUIET = ['--no-config', '--vo=null', '--ao=null', '--msg-level=all=error']

interface Reply {
  readonly data?: unknown
  readonly request_id?: number
}

const dataOf = (text: string): unknown => {
  const lines = text.split('\n').filter((line) => line.includes('"request_id"'))
  const reply: Reply = JSON.parse(lines[0] ?? '{}')
  return reply.data
}

/** Starts mpv on an address, or a list, with its JSON commands open (mpv(1), "JSON IPC"). */
export async function startMpv(argv: readonly string[], list: readonly string[]) {
  const folder = await tempDir()
  const path = join(folder.path, 'mpv.sock')
  const child = startChild([...argv, ...QUIET, `--input-ipc-server=${path}`, ...list])
  const line = await openLineSocket({ path }, child)
  const command = async (...words: (string | number)[]): Promise<unknown> => {
    if (child.exitCode() !== null) return undefined
    const text = JSON.stringify({ command: words })
    return dataOf(await line.ask(text, (it) => it.includes('"request_id"')))
  }
  const playing: Playing = {
    async position() {
      const at = await command('get_property', 'time-pos')
      return typeof at === 'number' ? at : null
    },
    ...commanded(child, line, folder),
    zap: async (entry) => void (await command('playlist-play-index', entry)),
  }
  return { ...playing, command }
}

/** mpv without screen and sound. */
export const mpv: Kind = {
  name: 'mpv',
  async prepare() {
    const { argv, version } = await resolveTool('mpv')
    return { name: 'mpv', version, forms: FORMS, play: (list) => startMpv(argv, list) }
  },
}
