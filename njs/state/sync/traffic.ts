import fs from 'fs'
import type { ClosedRow, TrafficRow } from '../../domain/channels/protocol.ts'
import { KEY_LENGTH } from '../../domain/viewer/lease.ts'
import { logError } from '../../platform/log.ts'
import { deleteByteCount, unreportedBytes } from '../clone-guard.ts'
import { isLastStream } from '../lately/closed.ts'
import { dropLease } from '../leases.ts'
import { numbers, trySet } from '../memory.ts'
import { pendingReports } from '../reports.ts'

/** Most bytes read from the log at one sync. */
const MOST_BYTES = 1536 * 1024
/** A log longer than this is truncated after it was read. */
const CUT_AT = 4 * 1024 * 1024

/** New entries of the traffic log; `take` marks them as read after they were sent. */
export interface Traffic {
  readonly rows: TrafficRow[]
  readonly closed: ClosedRow[]
  readonly take: () => void
}

const nothing: Traffic = { rows: [], closed: [], take: () => undefined }

/** Reads whole lines from an offset. Throws where the file cannot be read. */
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

/** Bytes and requests by session. */
type Sums = Map<string, [number, number]>

/** Streams that ended, from a part of the log. */
interface Parsed {
  readonly closed: ClosedRow[]
  /** Serial numbers of their connections. */
  readonly serials: string[]
}

const addTo = (sums: Sums, key: string, bytes: number, requests: number): void => {
  const sum = sums.get(key)
  if (sum === undefined) sums.set(key, [bytes, requests])
  else {
    sum[0] += bytes
    sum[1] += requests
  }
}

/** Adds what stands after the bytes of a line, ` seconds kind serial`; a stream whose connection was its session's current one counts as closed. */
const addLong = (line: string, now: number, sums: Sums, { closed, serials }: Parsed): void => {
  const [key = '', sent = '0', seconds = '0', kind = '', serial = ''] = line.split(' ')
  const isStream = kind === 'stream' && serial !== ''
  const bytes = isStream
    ? unreportedBytes(serial, Number(sent), Number(seconds), now)
    : Number(sent)
  if (isStream) serials.push(serial)
  if (kind === 'stream' && isLastStream(key, serial)) closed.push([key, bytes, Number(seconds)])
  else addTo(sums, key, bytes, 1)
}

/** Parses lines `key bytes`, to which streams add ` seconds kind serial`. There is one of every request, so each is split by as few calls as can be. */
const parse = (text: string, sums: Sums): Parsed => {
  const now = Date.now()
  const parsed: Parsed = { closed: [], serials: [] }
  const lines = text.split('\n')
  const count = lines.length
  for (let at = 0; at < count; at += 1) {
    const line = lines[at] ?? ''
    const bytes = Number(line.slice(KEY_LENGTH))
    const key = line.slice(0, KEY_LENGTH)
    const sum = sums.get(key)
    if (sum !== undefined && bytes >= 0) {
      sum[0] += bytes
      sum[1] += 1
    } else if (line[KEY_LENGTH] === ' ') {
      if (bytes >= 0) sums.set(key, [bytes, 1])
      else addLong(line, now, sums, parsed)
    }
  }
  return parsed
}

/** Most running streams reported at one sync. */
const MOST_RUNNING = 5000

const bytesOf = (report: string): number => Number(report.slice(KEY_LENGTH + 1)) || 0

const OFFSET = ' trafficOffset'
const OFFSET_MS = 40 * 86_400_000

/** Offset up to which the log was read, in bytes: in two zones, so that nothing is reported twice after a reload empties one. */
const readOffset = (): number =>
  numbers('gh_state').get(OFFSET) ?? numbers('gh_streams').get(OFFSET) ?? 0

const noteOffset = (bytes: number): void => {
  trySet(numbers('gh_state'), OFFSET, bytes)
  trySet(numbers('gh_streams'), OFFSET, bytes, OFFSET_MS)
}

/** Bytes of running streams and new lines of the traffic log; an exception is logged, and nothing returned. */
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
      serials.forEach(deleteByteCount)
      // After a closed stream control is asked about the session's next request.
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
