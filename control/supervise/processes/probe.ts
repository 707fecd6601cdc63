import { request } from 'node:http'
import { connect } from 'node:net'

/** Status and body of an HTTP response. */
export interface Reply {
  readonly status: number
  readonly body: string
}

/** GETs a URL, or a path over a unix socket; `null` when nothing answers in two seconds. */
export function httpGet(
  target: string | { socketPath: string; path: string },
): Promise<Reply | null> {
  const options = typeof target === 'string' ? urlOptions(target) : target
  return new Promise((resolve) => {
    const asked = request({ ...options, timeout: 2000, agent: false }, (response) => {
      let body = ''
      response.setEncoding('utf8').on('data', (text: string) => (body += text))
      response.on('end', () => resolve({ status: response.statusCode ?? 0, body }))
      response.on('error', () => resolve(null))
    })
    asked.on('error', () => resolve(null))
    asked.on('timeout', () => asked.destroy())
    asked.end()
  })
}

function urlOptions(url: string) {
  const { hostname, port, pathname } = new URL(url)
  return { host: hostname.replace(/^\[|\]$/g, ''), port, path: pathname }
}

/** Whether the Redis of a unix socket answers PING, which it does only after its data is loaded. */
export function redisAnswers(socketPath: string): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(socketPath, () => socket.write('PING\r\n'))
    socket.setTimeout(1000, () => socket.destroy())
    socket.on('data', (data) => {
      resolve(data.toString().startsWith('+PONG'))
      socket.destroy()
    })
    socket.on('error', () => resolve(false))
    socket.on('close', () => resolve(false))
  })
}
