import { connect as connectPlain, isIP, type Socket } from 'node:net'
import { connect as connectTls, TLSSocket } from 'node:tls'
import type { AnswerHead } from './answer-head.ts'
import { type AnswerReader, createAnswerReader } from './answer-reader.ts'
import { decodeTransfer } from './transfer-codings.ts'

/** One GET. */
export interface GetOptions {
  readonly url: URL
  /** Path and query as they are sent. */
  readonly path: string
  readonly headers: Readonly<Record<string, string>>
  /** Ends the request whenever it is. */
  readonly signal: AbortSignal
  /** Takes the body as it comes, of any size; nothing of it is kept then, and the connection is not kept either. */
  readonly stream?: {
    /** Also what the body is transferred in, which is left to do. */
    readonly onHead: (head: AnswerHead, codings: readonly string[]) => void
    readonly onPart: (part: Buffer) => void
  }
}

/** An answer as far as it came. */
export interface GetAnswer extends AnswerHead {
  /** Without the codings it was transferred in. */
  readonly body: Buffer
  /** Why the body is not whole; `null` where it is. */
  readonly broken: string | null
  /** Whether it ended within its head, and headers may be missing. */
  readonly isCut: boolean
}

/** Sends GETs over connections that are kept open. */
export interface GetClient {
  /**
   * The answer: also one whose body broke off behind its headers. Throws an `Error` with the reason where no status and headers came. A kept
   * connection that brings no whole answer is given up, and the request sent once more over a fresh one; what came first counts where that brings nothing.
   */
  get(options: GetOptions): Promise<GetAnswer>
  close(): Promise<void>
}

export interface GetClientOptions {
  /** PEM of a CA to trust beside the system's. */
  readonly ca?: string
  /** Longest body in bytes. */
  readonly maxBodyBytes: number
}

const IDLE_MS = 4_000
/** What servers say, unasked, over a connection that they close because nothing came (RFC 9110, 15.5.9). */
const WAITED = 408
const KEPT = 64

const FAILURES: Readonly<Record<string, string>> = {
  ECONNRESET: 'connection dropped',
  EPIPE: 'connection dropped',
  ECONNREFUSED: 'connection refused',
  ETIMEDOUT: 'connection timed out',
  ENOTFOUND: 'unknown host',
  EAI_AGAIN: 'unknown host',
}

const failureOf = (error: unknown): Error => {
  if (!(error instanceof Error)) return new Error(String(error))
  const code = 'code' in error && typeof error.code === 'string' ? error.code : ''
  const known = FAILURES[code]
  if (known !== undefined) return new Error(known)
  return /CERT|TLS|SSL|SELF_SIGNED/.test(code) ? new Error(`TLS failed: ${code}`) : error
}

const open = (url: URL, ca: string | undefined): Socket => {
  const host = url.hostname.replace(/^\[|\]$/g, '')
  const port = Number(url.port) || (url.protocol === 'https:' ? 443 : 80)
  if (url.protocol !== 'https:')
    return connectPlain({ host, port, noDelay: true, allowHalfOpen: true })
  const name = isIP(host) === 0 ? { servername: host } : {}
  return connectTls({ host, port, ...name, ...(ca === undefined ? {} : { ca }) })
}

const requestText = ({ url, path, headers }: GetOptions): string => {
  const lines = Object.entries({ host: url.host, ...headers }).map(
    ([name, value]) => `${name}: ${value}\r\n`,
  )
  return `GET ${path} HTTP/1.1\r\n${lines.join('')}\r\n`
}

/**
 * Whether a connection that ended was closed by the server: libuv tells one that was reset just behind its last bytes as ended, too. A write of
 * nothing sends nothing, and has the error.
 */
const confirmEnd = (socket: Socket, finish: (broken: string | null) => void): void => {
  if (socket instanceof TLSSocket || !socket.writable) return finish(null)
  socket.write(Buffer.alloc(0), (error) => finish(error ? failureOf(error).message : null))
}

/** What an exchange came to; `socket` where it can be used again. */
interface Exchanged {
  readonly answer: GetAnswer
  readonly isReusable: boolean
}

/** What came; `null` where not even a status did. */
const answerOf = (
  reader: AnswerReader,
  body: Buffer,
  broken: string | null,
  most: number,
): GetAnswer | null => {
  const { status, isCut } = reader
  const head = reader.head ?? (status === null ? null : { status, headers: {} })
  if (head === null) return null
  const plain = broken === null ? decodeTransfer(body, reader.codings, most) : {}
  return { ...head, body, broken, isCut, ...plain }
}

const exchange = (socket: Socket, options: GetOptions, most: number): Promise<Exchanged> =>
  new Promise((resolve, reject) => {
    const reader = createAnswerReader()
    const parts: Buffer[] = []
    let size = 0
    let isTold = false
    const take = (part: Buffer): void => {
      if (options.stream !== undefined) return options.stream.onPart(part)
      parts.push(part)
      size += part.length
    }
    const tellHead = (): void => {
      if (isTold || reader.head === null) return
      isTold = true
      options.stream?.onHead(reader.head, reader.codings)
    }
    const finish = (broken: string | null): void => {
      for (const [event, listener] of listeners) socket.off(event, listener)
      options.signal.removeEventListener('abort', onAbort)
      const isReusable = broken === null && reader.isReusable
      if (!isReusable) socket.destroy()
      const answer = answerOf(reader, Buffer.concat(parts), broken, most)
      if (answer === null) reject(new Error(broken ?? 'no answer'))
      else resolve({ answer, isReusable })
    }
    const read = (step: () => void): void => {
      try {
        step()
      } catch (error) {
        finish(error instanceof Error ? error.message : 'malformed answer')
      }
    }
    const onData = (bytes: Buffer): void =>
      read(() => {
        const brought = reader.push(bytes)
        tellHead()
        for (const part of brought) take(part)
        if (size > most) finish('oversize body')
        else if (reader.state === 'done') finish(null)
      })
    const onEnd = (): void =>
      read(() => {
        if (!reader.end()) finish('connection dropped')
        else if (reader.isEndedByClose) confirmEnd(socket, finish)
        else finish(null)
      })
    const onError = (error: unknown): void => finish(failureOf(error).message)
    const onAbort = (): void => finish('timed out')
    const listeners = [
      ['data', onData],
      ['end', onEnd],
      ['close', onEnd],
      ['error', onError],
    ] as const
    for (const [event, listener] of listeners) socket.on(event, listener)
    if (options.signal.aborted) return onAbort()
    options.signal.addEventListener('abort', onAbort)
    socket.write(requestText(options))
  })

/** Connections that wait to be used again, by origin. */
const createPool = () => {
  const idle = new Map<string, Set<Socket>>()
  const drop = (origin: string, socket: Socket): void => {
    idle.get(origin)?.delete(socket)
    socket.destroy()
  }
  return {
    take(origin: string): Socket | undefined {
      const [socket] = [...(idle.get(origin) ?? [])].slice(-1)
      if (socket === undefined) return undefined
      idle.get(origin)?.delete(socket)
      socket.removeAllListeners()
      socket.setTimeout(0)
      return socket
    },
    give(origin: string, socket: Socket): void {
      const kept = idle.get(origin) ?? new Set()
      idle.set(origin, kept)
      if (kept.size >= KEPT) return void socket.destroy()
      kept.add(socket)
      for (const event of ['data', 'end', 'close', 'error', 'timeout'] as const)
        socket.once(event, () => drop(origin, socket))
      socket.setTimeout(IDLE_MS)
    },
    close(): void {
      for (const [origin, kept] of idle) for (const socket of kept) drop(origin, socket)
    },
  }
}

/** Makes the client. */
export const createGetClient = ({ ca, maxBodyBytes }: GetClientOptions): GetClient => {
  const pool = createPool()
  const over = async (socket: Socket, options: GetOptions): Promise<GetAnswer> => {
    // What comes after the exchange is nobody's.
    socket.on('error', () => undefined)
    const { answer, isReusable } = await exchange(socket, options, maxBodyBytes)
    if (isReusable && options.stream === undefined) pool.give(options.url.origin, socket)
    else socket.destroy()
    return answer
  }
  return {
    async get(options) {
      const kept = options.stream === undefined ? pool.take(options.url.origin) : undefined
      let torn: GetAnswer | null = null
      if (kept !== undefined) {
        try {
          const answer = await over(kept, options)
          const isWhole = answer.broken === null && !answer.isCut && answer.status !== WAITED
          if (isWhole || options.signal.aborted) return answer
          if (answer.status !== WAITED) torn = answer
        } catch (error) {
          if (options.signal.aborted) throw error
        }
      }
      try {
        return await over(open(options.url, ca), options)
      } catch (error) {
        // It was an answer, if not a whole one.
        if (torn !== null) return torn
        throw error
      }
    },
    close: () => {
      pool.close()
      return Promise.resolve()
    },
  }
}
