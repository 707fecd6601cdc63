import type { TautulliRow } from '../sources/tautulli-rows.ts'
import { field, isPrivate } from './compat-row.ts'
import type { Concurrency } from './concurrency.ts'
import { isTruthy } from './python-text.ts'

const countBy = <T>(counts: Map<T, number>, key: T, by: number): void => {
  counts.set(key, (counts.get(key) ?? 0) + by)
}

const deviceOf = (row: TautulliRow): unknown => row.machine_id ?? null

/** Whether comparing two rows would have met a null address where the original needs a string. */
const meetsNullAddress = (rows: readonly TautulliRow[]): boolean => {
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

const pairsNullDevice = (rows: readonly TautulliRow[], concurrency: Concurrency): boolean =>
  rows.some((row) => row.machine_id === null) &&
  concurrency.devicePairs.some(([a, b]) => {
    const pair = [concurrency.devices[a], concurrency.devices[b]]
    return pair.includes(null) && pair.some((device) => typeof device === 'string')
  })

/** Why the original would have stopped on this account; empty where it would have given the same numbers. */
export const whereOriginalStops = (
  rows: readonly TautulliRow[],
  concurrency: Concurrency,
  devices: Iterable<{ readonly platform: unknown; readonly player: unknown }>,
): string[] => {
  const reasons: string[] = []
  if (meetsNullAddress(rows.filter((row) => isTruthy(row.started)))) reasons.push('null address')
  if (pairsNullDevice(rows, concurrency)) reasons.push('null machine id in a concurrent pair')
  for (const { platform, player } of devices) {
    if (platform !== null && player !== null) continue
    reasons.push('null platform or player')
    break
  }
  return reasons
}
