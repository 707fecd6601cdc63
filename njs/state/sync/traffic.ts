import fs from 'fs'
import type { ClosedRow, TrafficRow } from '../../domain/channels/protocol.ts'
import { KEY_LENGTH } from '../../domain/viewer/lease.ts'
import { logError } from '../../platform/log.ts'
import { forgetBytes, untoldBytes } from '../clone-guard.ts'
import { dropLease } from '../leases.ts'
import { numbers, trySet } from '../memory.ts'
import { pendingReports } from '../reports.ts'

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

/** Sums by session: bytes and requests. */
type Sums = Map<string, [number, number]>

const addTo = (sums: Sums, key: string, bytes: number, requests: number): void => {
  const sum = sums.get(key)
  if (sum === undefined) sums.set(key, [bytes, requests])
  else {
    sum[0] += bytes
    sum[1] += requests
  }
}

/** What a part of the log says. */
interface Parsed {
  readonly closed: ClosedRow[]
  /** Connections of streams that ended. */
  readonly serials: string[]
}

/** Lines are `key bytes seconds kind serial`; a long response that was its session's last counts as closed. */
const parse = (text: string, sums: Sums): Parsed => {
  const now = Date.now()
  const closed: ClosedRow[] = []
  const serials: string[] = []
  for (const line of text.split('\n')) {
    const [key = '', sent = '0', seconds = '0', kind = '', serial = ''] = line.split(' ')
    if (key.length !== KEY_LENGTH) continue
    const isStream = kind === 'stream' && serial !== ''
    const bytes = isStream ? untoldBytes(serial, Number(sent), Number(seconds), now) : Number(sent)
    if (isStream) serials.push(serial)
    if (kind === 'stream' && isLast(key, serial)) closed.push([key, bytes, Number(seconds)])
    else addTo(sums, key, bytes, 1)
  }
  return { closed, serials }
}

/** Whether the connection that ended was its session's newest: an older one only made room. */
const isLast = (key: string, serial: string): boolean => {
  const present = numbers('gh_streams').get(key)
  return present === undefined || String(present) === serial
}

/** Running streams told of in one second at most. */
const MOST_RUNNING = 5000

const bytesOf = (report: string): number => Number(report.slice(KEY_LENGTH + 1)) || 0

const OFFSET = ' trafficOffset'
const OFFSET_MS = 40 * 86_400_000

/** How far the log was read, in bytes: noted in two dictionaries, so that a reload which empties one has nothing told twice. */
const readOffset = (): number =>
  numbers('gh_state').get(OFFSET) ?? numbers('gh_streams').get(OFFSET) ?? 0

const noteOffset = (bytes: number): void => {
  trySet(numbers('gh_state'), OFFSET, bytes)
  trySet(numbers('gh_streams'), OFFSET, bytes, OFFSET_MS)
}

/** Reads what running streams noted, and what nginx wrote since the last time. */
export const drainTraffic = (path: string): Traffic => {
  try {
    const { text, end, size } = readLines(path, readOffset())
    const sums: Sums = new Map()
    const running = pendingReports('bytes', MOST_RUNNING)
    for (const report of running.list) addTo(sums, report.slice(0, KEY_LENGTH), bytesOf(report), 0)
    const { closed, serials } = parse(text, sums)
    const rows = [...sums].map(([key, [bytes, requests]]): TrafficRow => [key, bytes, requests])
    const take = (): void => {
      running.take()
      serials.forEach(forgetBytes)
      // A closed stream is over: coming back asks control.
      for (const [key] of closed) {
        dropLease(key)
        numbers('gh_streams').delete(key)
      }
      if (end >= size && size > CUT_AT) {
        fs.writeFileSync(path, '')
        noteOffset(0)
      } else noteOffset(end)
    }
    return { rows, closed, take }
  } catch (problem) {
    logError('traffic', problem)
    return nothing
  }
}
