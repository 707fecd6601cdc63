/** Viewers of low-latency HLS: each asks for the next part as soon as it has one. Reads what to do from its first argument; writes what it saw. */
import { once } from 'node:events'
import { connect, type Socket } from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'
import { newestPart, now, partReadyAt, reloadOf } from './timeline.ts'

/** What viewers do. */
export interface Wish {
  readonly port: number
  readonly partMs: number
  readonly viewers: readonly { readonly path: string; readonly address: string }[]
  readonly seconds: number
}

/** What they saw. */
export interface Seen {
  /** By how much each part's list came after the part, ms. */
  readonly late: readonly number[]
  /** From a viewer's first request to its answer, ms. */
  readonly lists: readonly number[]
  /** From a viewer's first request to its third part, ms. */
  readonly starts: readonly number[]
  /** Answers other than 200, and those that did not name the part. */
  readonly wrong: number
  readonly firstWrong: string
}

const END = '\r\n\r\n'
const LAST_CHUNK = '0\r\n\r\n'

const wish = JSON.parse(process.argv[2] ?? '{}') as Wish
const late: number[] = []
const lists: number[] = []
const starts: number[] = []
const seen = { wrong: 0, firstWrong: '' }

/** Whether an answer has come whole. */
const isWhole = (text: string): boolean => {
  const end = text.indexOf(END)
  if (end < 0) return false
  const length = /\r\ncontent-length: (\d+)/i.exec(text.slice(0, end))
  return length === null
    ? text.endsWith(LAST_CHUNK)
    : text.length >= end + END.length + Number(length[1])
}

const ask = (socket: Socket, request: string): Promise<string> =>
  new Promise((resolve) => {
    let text = ''
    const take = (chunk: string): void => {
      text += chunk
      if (isWhole(text)) done()
    }
    const done = (): void => {
      socket.off('data', take).off('close', done)
      resolve(text)
    }
    socket.on('data', take).on('close', done)
    socket.write(request)
  })

const open = async (): Promise<Socket> => {
  const socket = connect(wish.port, '127.0.0.1').setEncoding('latin1').setNoDelay(true)
  await once(socket, 'connect')
  return socket.on('error', () => undefined)
}

const watch = async (
  socket: Socket,
  { path, address }: Wish['viewers'][number],
  until: number,
): Promise<void> => {
  const get = (args: string): string =>
    `GET ${path}${args} HTTP/1.1\r\nHost: bench\r\nUser-Agent: hls.js\r\nAccept: */*\r\nX-Forwarded-For: ${address}\r\n\r\n`
  const began = now()
  await ask(socket, get(''))
  lists.push(now() - began)
  let part = newestPart(now(), wish.partMs) + 1
  for (let count = 1; now() < until && !socket.destroyed; count += 1) {
    const text = await ask(socket, get(`?${reloadOf(part)}`))
    const at = now()
    const isRight = text.startsWith('HTTP/1.1 200') && text.includes('#EXT-X-PRELOAD-HINT')
    if (!isRight && at < until) {
      seen.wrong += 1
      seen.firstWrong ||= text.slice(0, 300)
      await sleep(100)
    }
    if (count === 3) starts.push(at - began)
    if (count > 3) late.push(Math.max(0, at - partReadyAt(part, wish.partMs)))
    // As a player that has fallen behind: the newest list has all parts.
    part = Math.max(part, newestPart(at - 50, wish.partMs)) + 1
  }
  socket.destroy()
}

// All are connected before the first asks: the crowd comes in one moment.
const sockets = await Promise.all(wish.viewers.map(open))
const until = now() + wish.seconds * 1000
await Promise.all(
  sockets.map(async (socket, index) => {
    const viewer = wish.viewers[index]
    if (viewer !== undefined) await watch(socket, viewer, until)
  }),
)
process.stdout.write(`${JSON.stringify({ late, lists, starts, ...seen } satisfies Seen)}\n`)
