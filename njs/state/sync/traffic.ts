import fs from 'fs'
import type { ClosedRow, TrafficRow } from '../../domain/channels/protocol.ts'
import { KEY_LENGTH } from '../../domain/viewer/lease.ts'
import { parseJson } from '../../platform/json.ts'
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
  /** Whether the log has no more than these. */
  readonly isAll: boolean
  readonly take: () => void
}

const nothing: Traffic = { rows: [], closed: [], isAll: true, take: () => undefined }

/** Reads whole lines from an offset, up to `most` bytes. Throws where the file cannot be read. */
const readLines = (
  path: string,
  from: number | null,
  most: number,
): { text: string; end: number; size: number; isAll: boolean } => {
  const { size } = fs.statSync(path)
  if (from === null) noteOffset(size)
  const offset = from ?? size
  const start = offset > size ? 0 : offset
  const length = Math.min(most, size - start)
  const isAll = start + length >= size
  if (length <= 0) return { text: '', end: start, size, isAll }
  const buffer = Buffer.alloc(length)
  const file = fs.openSync(path, 'r')
  try {
    const got = fs.readSync(file, buffer, 0, length, start)
    const end = buffer.lastIndexOf('\n', got - 1) + 1
    return { text: buffer.toString('utf8', 0, end), end: start + end, size, isAll }
  } finally {
    fs.closeSync(file)
  }
}

/** Bytes and requests by session. */
type Sums = Map<string, [number, number]>

/** Streams that ended, from a part of the log. */
interface Parsed {
  readonly sums: Sums
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

/** Lines `"key",bytes,` as one list: nginx writes them so that all are parsed by one call. A stream adds seconds and serial number to its key. */
type Entries = readonly (string | number | null)[]

const entriesOf = (lines: string): Entries => parseJson<Entries>(`[${lines}null]`)

/** A line `key bytes seconds kind serial`, as an earlier release's files have nginx write it. */
const entriesOfWords = (line: string): Entries => {
  const [key = '', sent = '', seconds = '0', kind = '', serial = ''] = line.split(' ')
  if (key.length !== KEY_LENGTH || !(Number(sent) > 0)) return []
  return [kind === 'stream' ? `${key} ${seconds} ${serial}` : key, Number(sent)]
}

/** One line; empty where it cannot be read, as one that was cut where the disk was full. */
const entriesOfLine = (line: string): Entries => {
  if (!line.startsWith('"')) return entriesOfWords(line)
  try {
    const found = entriesOf(line)
    return found.length === 3 ? found.slice(0, 2) : []
  } catch {
    return []
  }
}

const allEntries = (text: string): Entries => {
  try {
    return entriesOf(text)
  } catch {
    return text.split('\n').flatMap(entriesOfLine)
  }
}

/** Adds a stream that has ended: `key seconds serial`; one whose connection was its session's current one counts as closed. */
const addStream = (name: string, sent: number, now: number, parsed: Parsed): void => {
  const [key = '', seconds = '0', serial = ''] = name.split(' ')
  const bytes = serial === '' ? sent : unreportedBytes(serial, sent, Number(seconds), now)
  if (serial !== '') parsed.serials.push(serial)
  if (isLastStream(key, serial)) parsed.closed.push([key, bytes, Number(seconds)])
  else addTo(parsed.sums, key, bytes, 1)
}

/** Sums the log's lines. There is one of every request, so what runs for each stands in the loop. */
const parse = (text: string, sums: Sums): Parsed => {
  const now = Date.now()
  const parsed: Parsed = { sums, closed: [], serials: [] }
  const entries = allEntries(text)
  const { length } = entries
  for (let at = 1; at < length; at += 2) {
    const name = entries[at - 1]
    const bytes = entries[at]
    if (typeof name !== 'string' || typeof bytes !== 'number') continue
    const sum = sums.get(name)
    if (sum !== undefined) {
      sum[0] += bytes
      sum[1] += 1
    } else if (name.length === KEY_LENGTH) sums.set(name, [bytes, 1])
    else addStream(name, bytes, now, parsed)
  }
  return parsed
}

/** Most running streams reported at one sync. */
const MOST_RUNNING = 5000

const bytesOf = (report: string): number => Number(report.slice(KEY_LENGTH + 1)) || 0

const OFFSET = ' trafficOffset'
const OFFSET_MS = 40 * 86_400_000

/**
 * Offset up to which the log was read, in bytes: in two zones, so that nothing is reported twice after a reload empties one. `null` where nginx has just
 * started: the lines that are there were reported by the one before.
 */
const readOffset = (): number | null =>
  numbers('gh_state').get(OFFSET) ?? numbers('gh_streams').get(OFFSET) ?? null

const noteOffset = (bytes: number): void => {
  trySet(numbers('gh_state'), OFFSET, bytes)
  trySet(numbers('gh_streams'), OFFSET, bytes, OFFSET_MS)
}

/**
 * Bytes of running streams and new lines of the traffic log; an exception is logged, and nothing returned. `share`, up to 1: how much of what one sync
 * may carry.
 */
export const drainTraffic = (path: string, share: number): Traffic => {
  try {
    const { text, end, size, isAll } = readLines(path, readOffset(), Math.ceil(MOST_BYTES * share))
    const sums: Sums = new Map()
    const running = pendingReports('bytes', Math.ceil(MOST_RUNNING * share))
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
    return { rows, closed, isAll: isAll && running.isAll, take }
  } catch (problem) {
    logError('traffic', problem)
    return nothing
  }
}
