import { connect, type NetConnectOpts, type Socket } from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'
import type { Child } from '../../test/support/programs/child.ts'
import type { Playing } from './player.ts'

/** A connection over which a player takes commands, a line each. */
export interface LineSocket {
  /** Sends a line and returns what comes back until `isAll` holds or two seconds are over. */
  readonly ask: (line: string, isAll: (text: string) => boolean) => Promise<string>
  readonly close: () => void
}

const LONGEST_MS = 2_000

const reach = (where: NetConnectOpts): Promise<Socket | null> =>
  new Promise((resolve) => {
    const socket = connect(where)
    socket.once('connect', () => resolve(socket))
    socket.once('error', () => resolve(null))
  })

/** Connects, trying again for ten seconds while the player starts; throws with what the player said where it does not. */
export async function openLineSocket(where: NetConnectOpts, child: Child): Promise<LineSocket> {
  let socket: Socket | null = null
  for (
    const until = Date.now() + 10_000;
    socket === null && Date.now() < until && child.exitCode() === null;
  ) {
    socket = await reach(where)
    if (socket === null) await sleep(100)
  }
  if (socket === null) {
    await child.stop()
    throw new Error(`The player takes no commands: ${child.output().slice(-300)}`)
  }
  const line = socket
  let text = ''
  line.setEncoding('utf8').on('data', (chunk: string) => (text += chunk))
  line.on('error', () => undefined)
  let turn: Promise<unknown> = Promise.resolve()
  const once = async (command: string, isAll: (text: string) => boolean) => {
    text = ''
    line.write(`${command}\n`)
    for (const until = Date.now() + LONGEST_MS; Date.now() < until && !isAll(text); )
      await sleep(10)
    return text
  }
  return {
    ask(command, isAll) {
      const mine = turn.then(() => once(command, isAll))
      turn = mine.catch(() => undefined)
      return mine
    },
    close: () => line.destroy(),
  }
}

/** What every player has that takes commands: it runs, says things, and is ended with its connection and its folder. */
export const commanded = (
  child: Child,
  line: LineSocket,
  folder: { readonly remove: () => Promise<void> },
): Pick<Playing, 'isOver' | 'output' | 'stop'> => ({
  isOver: () => child.exitCode() !== null,
  output: child.output,
  async stop() {
    line.close()
    await child.stop()
    await folder.remove()
  },
})
