import { connect, type Socket } from 'node:net'
import { setImmediate } from 'node:timers/promises'
import { connect as connectTls } from 'node:tls'
import { asHttp2, statusOfHttp2 } from './h2.ts'
import { statusesIn } from './shape.ts'

/** Where to send: `host` and `port`, in TLS where it says what it speaks, or the path of a unix socket. */
export type Place =
  | { readonly host: string; readonly port: number; readonly speaks?: 'http/1.1' | 'h2' }
  | { readonly path: string }

/** What a request came to: its status; 0 = closed without an answer; -1 = none in time. */
export type Outcome = number

/** Longer than any answer takes; what waits for the rest of a body waits for ever. */
const PATIENCE_MS = 20_000
const QUIET_MS = 1000

/** What a connection is left for. */
export interface Manner {
  /** A connection that stays open without an answer is left after a second. */
  readonly awaitsMore: boolean
  /** The first answer is the only one; else all are read until the connection closes, and the highest status counts. */
  readonly isLast: boolean
}

/** Sends bytes as they are, piece by piece, and reads the status. */
export const send = (
  place: Place,
  pieces: readonly string[],
  { awaitsMore, isLast }: Manner,
): Promise<Outcome> =>
  new Promise((resolve) => {
    const speaks = 'speaks' in place ? place.speaks : undefined
    const socket =
      speaks === undefined
        ? connect(place)
        : connectTls({ ...place, rejectUnauthorized: false, ALPNProtocols: [speaks] })
    let got = Buffer.alloc(0)
    const end = (outcome: Outcome) => {
      socket.destroy()
      resolve(outcome)
    }
    const highest = () => Math.max(0, ...statusesIn(got.toString('latin1')))
    const settle = (otherwise: Outcome) => end(isLast ? otherwise : highest() || otherwise)
    socket.setTimeout(awaitsMore ? QUIET_MS : PATIENCE_MS, () => settle(-1))
    socket.on('error', () => settle(0))
    const bytes =
      speaks === 'h2'
        ? cutLike(asHttp2(pieces.join('')), pieces.length)
        : pieces.map((piece) => Buffer.from(piece, 'latin1'))
    socket.setNoDelay()
    socket.on(
      speaks === undefined ? 'connect' : 'secureConnect',
      () => void writeAll(socket, bytes),
    )
    socket.on('data', (more: Buffer) => {
      got = Buffer.concat([got, more])
      if (!isLast && speaks !== 'h2') {
        if (got.length > MOST_BYTES) settle(0)
        return
      }
      const status = speaks === 'h2' ? statusOfHttp2(got) : statusOfHttp1(got.toString('latin1'))
      if (status !== null) end(status)
      else if (got.length > 4096) end(0)
    })
    socket.on('close', () => settle(0))
  })

const MOST_BYTES = 1_000_000

/** As many pieces of about the same size. */
const cutLike = (bytes: Buffer, count: number): Buffer[] => {
  const size = Math.ceil(bytes.length / count)
  return Array.from({ length: count }, (_, at) => bytes.subarray(at * size, (at + 1) * size))
}

/** Each piece in a packet of its own, as far as the system lets us. */
const writeAll = async (socket: Socket, pieces: readonly Buffer[]): Promise<void> => {
  for (const [at, piece] of pieces.entries()) {
    if (at > 0) await setImmediate()
    if (socket.destroyed) return
    socket.write(piece)
  }
}

/** The status of an answer; `null` = not there yet: 100 Continue goes before it. */
const statusOfHttp1 = (got: string): number | null => {
  const status = /^(?:HTTP\/1\.1 100 [^\r]*\r\n\r\n)?HTTP\/\d\.\d (\d{3})/.exec(got)?.[1]
  return status === undefined || status === '100' ? null : Number(status)
}

/** Whether a request announces more than it brings, so that a server rightly waits. */
export const announcesMore = (request: string): boolean => {
  const at = request.indexOf('\r\n\r\n')
  const [head, body] = [request.slice(0, at), request.slice(at + 4)]
  if (/^transfer-encoding:/im.test(head)) return !body.endsWith('0\r\n\r\n')
  const sizes = [...head.matchAll(/^content-length: *(\d+)/gim)].map(([, size]) => Number(size))
  return sizes.some((size) => size > body.length) || /^expect:|^upgrade:/im.test(head)
}
