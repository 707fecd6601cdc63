import { type RawData, WebSocket } from 'ws'
import { jsonError } from './json-client.ts'

/** A WebSocket that is listened to until it closes. */
export interface SocketOptions {
  readonly title: string
  /** `ws://…`; a token in its query is never shown. */
  readonly url: string
  readonly headers?: Readonly<Record<string, string>>
  readonly verifyTls: boolean
  /** How long the opening, and any silence after it, may last, in milliseconds. */
  readonly silenceMs: number
  readonly onOpen: (send: (message: unknown) => void) => void
  /** Told of each message that is JSON. */
  readonly onMessage: (message: unknown, send: (message: unknown) => void) => void
  readonly signal: AbortSignal
}

const textOf = (data: RawData): string => {
  if (Array.isArray(data)) return Buffer.concat(data).toString('utf8')
  return data instanceof ArrayBuffer ? Buffer.from(data).toString('utf8') : data.toString('utf8')
}

const parse = (data: RawData): unknown => {
  try {
    return JSON.parse(textOf(data))
  } catch {
    // Messages that are not JSON are ignored.
    return undefined
  }
}

/**
 * Listens until the signal or the server ends it; throws a `SourceError` where it does not open. Pings (RFC 6455, 5.5.2)
 * detect a connection that the server has lost.
 */
export const listenToSocket = async (options: SocketOptions): Promise<void> => {
  const { title, silenceMs, signal } = options
  const command = new URL(options.url).pathname
  await new Promise<void>((resolve, reject) => {
    if (signal.aborted) return resolve()
    const socket = new WebSocket(options.url, {
      headers: { ...options.headers },
      handshakeTimeout: silenceMs,
      rejectUnauthorized: options.verifyTls,
      maxPayload: 64 * 1024 * 1024,
    })
    let heardAt = performance.now()
    const send = (message: unknown): void => {
      if (socket.readyState === WebSocket.OPEN) socket.send(JSON.stringify(message))
    }
    const abort = (): void => socket.terminate()
    const heart = setInterval(() => {
      if (performance.now() - heardAt > silenceMs) socket.terminate()
      else if (socket.readyState === WebSocket.OPEN) socket.ping()
    }, silenceMs / 3)
    signal.addEventListener('abort', abort, { once: true })
    const heard = (): void => {
      heardAt = performance.now()
    }
    let failure: Error | null = null
    socket.on('open', () => {
      heard()
      options.onOpen(send)
    })
    socket.on('pong', heard)
    socket.on('message', (data) => {
      heard()
      const message = parse(data)
      if (message !== undefined) options.onMessage(message, send)
    })
    socket.on('unexpected-response', (request, response) => {
      const status = response.statusCode ?? 0
      failure = jsonError(title, {
        kind: status === 401 ? 'unauthorized' : 'status',
        command,
        status,
      })
      request.destroy()
      socket.terminate()
    })
    socket.on('error', (error: Error & { code?: string }) => {
      failure ??= jsonError(title, { kind: 'unreachable', command, detail: error.code ?? 'broken' })
    })
    socket.on('close', () => {
      clearInterval(heart)
      signal.removeEventListener('abort', abort)
      if (failure === null || signal.aborted) resolve()
      else reject(failure)
    })
  })
}
