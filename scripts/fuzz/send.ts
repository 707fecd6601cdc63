import { connect } from 'node:net'
import { connect as connectTls } from 'node:tls'
import { asHttp2, statusOfHttp2 } from './h2.ts'

/** Where to send: `host` and `port`, in TLS where it says what it speaks, or the path of a unix socket. */
export type Place =
  | { readonly host: string; readonly port: number; readonly speaks?: 'http/1.1' | 'h2' }
  | { readonly path: string }

/** What a request came to: its status; 0 = closed without an answer; -1 = none in time. */
export type Outcome = number

/** Longer than any answer takes; what waits for the rest of a body waits for ever. */
const PATIENCE_MS = 20_000
const QUIET_MS = 1000

/** Sends bytes as they are and reads the status; a connection that stays open without an answer is left after a second if it awaits more of us. */
export const send = (place: Place, request: string, awaitsMore: boolean): Promise<Outcome> =>
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
    socket.setTimeout(awaitsMore ? QUIET_MS : PATIENCE_MS, () => end(-1))
    socket.on('error', () => end(0))
    const bytes = speaks === 'h2' ? asHttp2(request) : Buffer.from(request, 'latin1')
    socket.on(speaks === undefined ? 'connect' : 'secureConnect', () => void socket.write(bytes))
    socket.on('data', (more: Buffer) => {
      got = Buffer.concat([got, more])
      const status = speaks === 'h2' ? statusOfHttp2(got) : statusOfHttp1(got.toString('latin1'))
      if (status !== null) end(status)
      else if (got.length > 4096) end(0)
    })
    socket.on('close', () => end(0))
  })

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
