import type { GroupedRow } from '../../../sources/model/grouped-history.ts'
import type { Concurrency } from '../../common/concurrency.ts'
import { field, isPrivate, numberIn } from './row.ts'

const countBy = <T>(counts: Map<T, number>, key: T, by: number): void => {
  counts.set(key, (counts.get(key) ?? 0) + by)
}

const deviceOf = (row: GroupedRow): unknown => row.machine_id ?? null

/** Whether the original would compare a null address as a string, and fail. */
const meetsNullAddress = (rows: readonly GroupedRow[]): boolean => {
  const after = new Map<unknown, number>()
  for (const row of rows) countBy(after, deviceOf(row), 1)
  const privateBefore = new Map<unknown, number>()
  let privates = 0
  let left = rows.length
  for (const row of rows) {
    const device = deviceOf(row)
    left -= 1
    countBy(after, device, -1)
    const isNull = field(row, 'ip_address', '') === null
    if (isNull && left - (after.get(device) ?? 0) > 0) return true
    if (isNull && privates - (privateBefore.get(device) ?? 0) > 0) return true
    if (!isPrivate(row.ip_address)) continue
    privates += 1
    countBy(privateBefore, device, 1)
  }
  return false
}

const pairsNullDevice = (concurrency: Concurrency): boolean =>
  concurrency.devicePairs.some(([a, b]) => {
    const pair = [concurrency.names[a], concurrency.names[b]]
    return pair.includes(null) && pair.some((device) => typeof device === 'string')
  })

const NUMBERS = ['started', 'stopped', 'play_duration', 'duration']

/** Whether a time or duration is text, which the original fails to add to a number. */
const hasTextForNumber = (rows: readonly GroupedRow[]): boolean =>
  rows.some((row) => NUMBERS.some((name) => typeof row[name] === 'string' && row[name] !== ''))

/** The error by which the original would fail on this account; empty where it would not. */
export const whereOriginalStops = (
  rows: readonly GroupedRow[],
  concurrency: Concurrency,
  devices: Iterable<{ readonly platform: unknown; readonly player: unknown }>,
): string[] => {
  const reasons: string[] = []
  if (meetsNullAddress(rows.filter((row) => numberIn(row.started) !== 0)))
    reasons.push('null address')
  if (pairsNullDevice(concurrency)) reasons.push('null machine id in a concurrent pair')
  if (hasTextForNumber(rows)) reasons.push('text for a number')
  for (const { platform, player } of devices) {
    if (platform !== null && player !== null) continue
    reasons.push('null platform or player')
    break
  }
  return reasons
}
