import fs from 'fs'
import { KEY_LENGTH } from './domain/lease.ts'
import type { ClosedRow, TrafficRow } from './domain/protocol.ts'
import { dropLease } from './leases.ts'
import { complain } from './log.ts'
import { numbers, trySet } from './memory.ts'

/** Bytes read from the log in one second at most; the rest waits. */
const MOST_BYTES = 1536 * 1024
/** A log longer than this is cut to nothing once it was read. */
const CUT_AT = 4 * 1024 * 1024

/** What the traffic log said since it was last read; `take` makes it read. */
export interface Traffic {
  readonly rows: TrafficRow[]
  readonly closed: ClosedRow[]
  readonly take: () => void
}

const nothing: Traffic = { rows: [], closed: [], take: () => undefined }

/** Reads whole lines from an offset on. */
const readLines = (path: string, from: number): { text: string; end: number; size: number } => {
  const { size } = fs.statSync(path)
  const start = from > size ? 0 : from
  const length = Math.min(MOST_BYTES, size - start)
  if (length <= 0) return { text: '', end: start, size }
  const buffer = Buffer.alloc(length)
  const file = fs.openSync(path, 'r')
  try {
    const got = fs.readSync(file, buffer, 0, length, start)
    const end = buffer.lastIndexOf('\n', got - 1) + 1
    return { text: buffer.toString('utf8', 0, end), end: start + end, size }
  } finally {
    fs.closeSync(file)
  }
}

/** Lines are `key bytes seconds kind serial`; a long response that was its session's last counts as closed. */
const parse = (text: string): Pick<Traffic, 'rows' | 'closed'> => {
  const sums = new Map<string, [number, number]>()
  const closed: ClosedRow[] = []
  for (const line of text.split('\n')) {
    const [key = '', bytes = '0', seconds = '0', kind = '', serial = ''] = line.split(' ')
    if (key.length !== KEY_LENGTH) continue
    if (kind === 'stream' && isLast(key, serial)) {
      closed.push([key, Number(bytes), Number(seconds)])
      continue
    }
    const sum = sums.get(key)
    if (sum === undefined) sums.set(key, [Number(bytes), 1])
    else {
      sum[0] += Number(bytes)
      sum[1] += 1
    }
  }
  const rows = [...sums].map(([key, [bytes, requests]]): TrafficRow => [key, bytes, requests])
  return { rows, closed }
}

/** Whether the connection that ended was its session's newest: an older one only made room. */
const isLast = (key: string, serial: string): boolean => {
  const present = numbers('gh_streams').get(key)
  return present === undefined || String(present) === serial
}

/** Reads what nginx wrote since the last time. */
export const drainTraffic = (path: string): Traffic => {
  try {
    const state = numbers('gh_state')
    const { text, end, size } = readLines(path, state.get('trafficOffset') ?? 0)
    const { rows, closed } = parse(text)
    const take = (): void => {
      // A closed stream is over: coming back asks control.
      for (const [key] of closed) {
        dropLease(key)
        numbers('gh_streams').delete(key)
      }
      if (end >= size && size > CUT_AT) {
        fs.writeFileSync(path, '')
        trySet(state, 'trafficOffset', 0)
      } else trySet(state, 'trafficOffset', end)
    }
    return { rows, closed, take }
  } catch (problem) {
    complain('traffic', problem)
    return nothing
  }
}
