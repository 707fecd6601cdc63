import { connect } from 'node:net'

/** Where to send: `host` and `port`, or the path of a unix socket. */
export type Place = { readonly host: string; readonly port: number } | { readonly path: string }

/** What a request came to: its status; 0 = closed without an answer; -1 = none in time. */
export type Outcome = number

/** Longer than any answer takes; what waits for the rest of a body waits for ever. */
const PATIENCE_MS = 20_000
const QUIET_MS = 1000

/** Sends bytes as they are and reads the status; a connection that stays open without an answer is left after a second if it awaits more of us. */
export const send = (place: Place, request: string, awaitsMore: boolean): Promise<Outcome> =>
  new Promise((resolve) => {
    const socket = connect(place)
    let got = ''
    const end = (outcome: Outcome) => {
      socket.destroy()
      resolve(outcome)
    }
    socket.setTimeout(awaitsMore ? QUIET_MS : PATIENCE_MS, () => end(-1))
    socket.on('error', () => end(0))
    socket.on('connect', () => void socket.write(Buffer.from(request, 'latin1')))
    socket.setEncoding('latin1').on('data', (text: string) => {
      got += text
      // 100 Continue goes before the answer.
      const status = /^(?:HTTP\/1\.1 100 [^\r]*\r\n\r\n)?HTTP\/\d\.\d (\d{3})/.exec(got)?.[1]
      if (status !== undefined && status !== '100') end(Number(status))
      else if (got.length > 4096) end(0)
    })
    socket.on('close', () => end(0))
  })

/** Whether a request announces more than it brings, so that a server rightly waits. */
export const announcesMore = (request: string): boolean => {
  const at = request.indexOf('\r\n\r\n')
  const [head, body] = [request.slice(0, at), request.slice(at + 4)]
  if (/^transfer-encoding:/im.test(head)) return !body.endsWith('0\r\n\r\n')
  const sizes = [...head.matchAll(/^content-length: *(\d+)/gim)].map(([, size]) => Number(size))
  return sizes.some((size) => size > body.length) || /^expect:|^upgrade:/im.test(head)
}
