import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { connect, type Socket } from 'node:net'

/** Requests to repeat over a few connections. */
export interface Load {
  readonly port: number
  /** One request, or one per turn. */
  readonly request: string | ((turn: number) => string)
  readonly connections: number
  readonly count: number
  /** A connection closed in place of an answer is one, of status 0: the next request goes over a new connection. */
  readonly mayClose?: boolean
}

/** Result of a run; bytes show that the answers were whole. */
export interface LoadResult {
  readonly requests: number
  readonly status: number
  readonly seconds: number
  /** Milliseconds each answer took, in no order. */
  readonly times: readonly number[]
}

/** A request line with the headers of a keep-alive player. */
export const get = (path: string, headers: Readonly<Record<string, string>> = {}): string => {
  const more = Object.entries(headers).map(([name, value]) => `${name}: ${value}\r\n`)
  return `GET ${path} HTTP/1.1\r\nHost: bench\r\nUser-Agent: Lavf/60.16.100\r\nAccept: */*\r\n${more.join('')}\r\n`
}

const STUCK_MS = 20_000
const END = Buffer.from('\r\n\r\n')
const LAST_CHUNK = Buffer.from('0\r\n\r\n')

/** Reads answers off one connection; cheap, since it shares the machine with what it measures. */
class Reader {
  status = 0
  private left = -1
  private head: Buffer = Buffer.alloc(0)
  private isChunked = false
  private tail: Buffer = Buffer.alloc(0)

  /** Takes a chunk; true when an answer is complete. */
  take(chunk: Buffer): boolean {
    let body = chunk
    if (this.left < 0) {
      this.head = this.head.length === 0 ? chunk : Buffer.concat([this.head, chunk])
      const end = this.head.indexOf(END)
      if (end < 0) return false
      body = this.head.subarray(end + 4)
      this.begin(this.head.toString('latin1', 0, end))
    }
    return this.isChunked ? this.takeChunked(body) : this.takeSized(body)
  }

  private begin(head: string): void {
    this.status = Number(head.slice(9, 12))
    this.isChunked = /transfer-encoding: chunked/i.test(head)
    const length = /content-length: (\d+)/i.exec(head)
    const isEmpty = this.status === 204 || this.status === 304
    this.left = isEmpty ? 0 : this.isChunked ? 1 : Number(length?.[1] ?? 0)
    this.head = Buffer.alloc(0)
  }

  private takeSized(body: Buffer): boolean {
    this.left -= body.length
    return this.done(this.left <= 0)
  }

  private takeChunked(body: Buffer): boolean {
    this.tail = Buffer.concat([this.tail, body]).subarray(-LAST_CHUNK.length)
    return this.done(this.tail.equals(LAST_CHUNK))
  }

  private done(isDone: boolean): boolean {
    if (isDone) {
      this.left = -1
      this.tail = Buffer.alloc(0)
    }
    return isDone
  }
}

/** Sends `count` requests, each connection its next one when the last was answered. */
export async function run(load: Load): Promise<LoadResult> {
  const started = process.hrtime.bigint()
  let sent = 0
  let status = 0
  const times: number[] = []
  const text = (): string => (typeof load.request === 'string' ? load.request : load.request(sent))
  /** Asks over one connection until all is asked, or the server closes it. */
  const one = async (): Promise<void> => {
    const socket: Socket = connect(load.port, '127.0.0.1')
    socket.setNoDelay(true)
    const reader = new Reader()
    let asked = 0
    await new Promise<void>((resolve, reject) => {
      const next = (): void => {
        if (sent >= load.count) return void socket.end(resolve)
        const request = text()
        sent += 1
        asked = performance.now()
        socket.write(request)
      }
      const fail = (problem: Error): void => {
        if (load.mayClose === true) resolve()
        else reject(problem)
      }
      socket.on('connect', next)
      socket.on('error', fail)
      // A connection that ends early would leave the run waiting for ever.
      socket.on('close', () => fail(new Error('the server closed a connection under load')))
      socket.setTimeout(STUCK_MS, () => {
        reject(new Error('no answer under load'))
        socket.destroy()
      })
      socket.on('data', (chunk: Buffer) => {
        if (!reader.take(chunk)) return
        times.push(performance.now() - asked)
        status = status === 0 || reader.status > status ? reader.status : status
        next()
      })
    })
  }
  const all = async (): Promise<void> => {
    do await one()
    while (sent < load.count)
  }
  await Promise.all(Array.from({ length: load.connections }, all))
  const seconds = Number(process.hrtime.bigint() - started) / 1e9
  return { requests: sent, status, seconds, times }
}

/** Processes below a pid, itself included. */
export const family = (pid: number): number[] => {
  const children = readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8').trim()
  return [pid, ...(children === '' ? [] : children.split(' ').flatMap((it) => family(Number(it))))]
}

/** Nanoseconds all threads of these processes have spent on a CPU. */
export const cpuOf = (pids: readonly number[]): number => {
  let total = 0
  for (const pid of pids.filter((it) => existsSync(`/proc/${it}`)))
    for (const task of readdirSync(`/proc/${pid}/task`))
      total += Number(readFileSync(`/proc/${pid}/task/${task}/schedstat`, 'utf8').split(' ')[0])
  return total
}
