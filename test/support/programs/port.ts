import { createServer, type Server } from 'node:net'
import { pause } from '../pause.ts'

/** Below the range the kernel takes the ports of outgoing connections from, so that none of those is in the way, and above those that `fetch` and browsers ask nothing of (10080 is the last). */
const FIRST = 10_100
const COUNT = 20_000

const held: Server[] = []
let next = Math.floor(Math.random() * COUNT)

/**
 * A free TCP port on the given loopback address that no other test process on this machine is given while this one lives.
 * The claim is a socket in Linux's abstract namespace, which goes when its process does.
 */
export async function freePort(host = '127.0.0.1'): Promise<number> {
  for (let tried = 0; tried < COUNT; tried++) {
    next = (next + 1) % COUNT
    const port = FIRST + next
    const claim = await listening({ path: `\0gatehouse-test-port-${port}` })
    if (claim === null) continue
    held.push(claim.unref())
    const probe = await listening({ host, port })
    if (probe === null) continue
    await new Promise((resolve) => probe.close(resolve))
    return port
  }
  throw new Error(`no port from ${FIRST} to ${FIRST + COUNT - 1} is free`)
}

/** A server that listens there, or null where something else does. */
function listening(where: { path: string } | { host: string; port: number }) {
  return new Promise<Server | null>((resolve) => {
    const server = createServer((socket) => socket.destroy())
    server.once('error', () => resolve(null))
    server.listen(where, () => resolve(server))
  })
}

/** The least of the times `act` tells, in ms; it is done once more, for the next of `cases`, while none is below `wanted`. */
export async function fastest<T>(
  cases: readonly T[],
  act: (one: T) => Promise<number>,
  wanted: number,
): Promise<number> {
  let least = Number.POSITIVE_INFINITY
  for (const one of cases) if (least >= wanted) least = Math.min(least, await act(one))
  return least
}

/** Asks `ready` every 50 ms until it says yes; fails with `what` after the time. */
export async function until(
  what: string,
  ready: () => Promise<boolean> | boolean,
  timeoutMs = 30_000,
): Promise<void> {
  const deadline = Date.now() + timeoutMs
  while (Date.now() < deadline) {
    if (await ready()) return
    await pause(50)
  }
  throw new Error(`${what} did not happen within ${timeoutMs} ms`)
}
