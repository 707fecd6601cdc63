import { chmod } from 'node:fs/promises'
import { resolveTool } from '../../../control/runtime/resolve.ts'
import { startChild } from '../../../test/support/programs/child.ts'
import { freePort } from '../../../test/support/programs/port.ts'
import { tempDir } from '../../../test/support/temp-dir.ts'
import { commanded, openLineSocket } from '../line-socket.ts'
import { FORMS, type Kind, type Playing } from '../player.ts'
import { lastNumber } from './ffmpeg.ts'

const QUIET = [
  '-I',
  'oldrc',
  '--rc-fake-tty',
  '--no-color',
  '--ignore-config',
  '--no-plugins-cache',
  '-v',
]
const SINKS = ['--vout=dummy', '--aout=dummy']

/** Starts VLC on an address, or a list, with its remote control open. */
export async function startVlc(argv: readonly string[], list: readonly string[]) {
  const folder = await tempDir()
  // It refuses uid 0 and runs as somebody else.
  await chmod(folder.path, 0o777)
  const port = await freePort()
  const env = { ...process.env, HOME: folder.path, XDG_RUNTIME_DIR: folder.path }
  const control = ['--rc-host', `127.0.0.1:${port}`]
  const child = startChild([...argv, ...QUIET, ...SINKS, ...control, ...list], { env })
  const line = await openLineSocket({ host: '127.0.0.1', port }, child)
  const command = async (text: string, isAll = (reply: string) => reply.includes('\n')) =>
    child.exitCode() === null ? await line.ask(text, isAll) : ''
  const playing: Playing = {
    async position() {
      const text = await command('stats', (it) => it.includes('end of statistical info'))
      const pictures = lastNumber(text, /frames displayed *: *(\d+)/g)
      return pictures === 0 ? null : pictures
    },
    ...commanded(child, line, folder),
    zap: async (entry) => void (await command(`goto ${entry + 1}`, () => true)),
  }
  return { ...playing, command }
}

/** VLC without screen and sound. */
export const vlc: Kind = {
  name: 'VLC',
  async prepare() {
    const { argv, version } = await resolveTool('vlc')
    return { name: 'VLC', version, forms: FORMS, play: (list) => startVlc(argv, list) }
  },
}
