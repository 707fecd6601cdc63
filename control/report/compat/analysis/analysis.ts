import type { GroupedPlace, GroupedRow } from '../../../sources/model/grouped-history.ts'
import { findConcurrency } from '../../common/concurrency.ts'
import { isTruthy } from '../../common/python-text.ts'
import { whereOriginalStops } from './differs.ts'
import { effectiveEnd, field, networkOf, numberIn, playedSeconds } from './row.ts'
import { findTeleportations, type Teleportation } from './teleportation.ts'

/** One device of an account, by its machine id. */
export interface CompatDevice {
  readonly machineId: unknown
  readonly platform: unknown
  readonly player: unknown
  readonly addresses: Set<string>
  plays: number
  seconds: number
}

/** Result of the formula for one account. */
export interface CompatAnalysis {
  readonly history: readonly GroupedRow[]
  readonly devices: readonly CompatDevice[]
  readonly heavyDevices: number
  readonly overlaps: number
  readonly overlapPairs: number
  readonly plays: number
  readonly seconds: number
  readonly teleportations: readonly Teleportation[]
  /** `null` where the formula skips the account: fewer than two devices. */
  readonly score: number | null
  readonly originalStops: readonly string[]
}

const HEAVY_PLAYS = 5

/** Groups history by machine id; the newest row names the device. */
export const devicesOf = (history: readonly GroupedRow[]): CompatDevice[] => {
  const devices = new Map<unknown, CompatDevice>()
  for (const row of history) {
    const machineId = field(row, 'machine_id', 'unknown')
    const device = devices.get(machineId) ?? {
      machineId,
      platform: field(row, 'platform', '?'),
      player: field(row, 'player', '?'),
      addresses: new Set<string>(),
      plays: 0,
      seconds: 0,
    }
    devices.set(machineId, device)
    device.plays += 1
    device.seconds += playedSeconds(row)
    if (isTruthy(row.ip_address)) device.addresses.add(String(row.ip_address))
  }
  return [...devices.values()]
}

const sum = (values: readonly number[]): number => values.reduce((total, value) => total + value, 0)

const scoreOf = (analysis: Omit<CompatAnalysis, 'score'>): number =>
  (analysis.devices.length - 1) * 10 +
  analysis.overlapPairs * 25 +
  Math.min(analysis.overlaps, 50) * 2 +
  Math.max(0, analysis.heavyDevices - 1) * 15 +
  analysis.teleportations.length * 30

const concurrencyOf = (history: readonly GroupedRow[]) => {
  const rows = history.filter((row) => numberIn(row.started) !== 0)
  const found = findConcurrency(
    rows.map((row) => ({
      start: numberIn(row.started),
      end: effectiveEnd(row),
      // A missing machine id equals a null one, but their pairs have different names.
      device: row.machine_id ?? null,
      name: field(row, 'machine_id', '?'),
      network: networkOf(row),
    })),
  )
  return { rows, found }
}

/** Rows concurrent with another on a different device and network, oldest first. */
export const concurrentRows = (history: readonly GroupedRow[]): GroupedRow[] => {
  const { rows, found } = concurrencyOf(history)
  return rows
    .filter((_, i) => found.isConcurrent[i] === 1)
    .toSorted((a, b) => numberIn(a.started) - numberIn(b.started))
}

/** Applies the sharing report's formula to one account; `geos` is `null` without look-ups. */
export const analyse = (
  history: readonly GroupedRow[],
  geos: ReadonlyMap<string, GroupedPlace> | null,
): CompatAnalysis => {
  const devices = devicesOf(history)
  const isJudged = devices.length >= 2
  const { found } = concurrencyOf(isJudged ? history : [])
  const analysis = {
    history,
    devices,
    heavyDevices: devices.filter((device) => device.plays > HEAVY_PLAYS).length,
    overlaps: found.overlaps,
    overlapPairs: found.devicePairs.length,
    plays: sum(devices.map((device) => device.plays)),
    seconds: sum(devices.map((device) => device.seconds)),
    teleportations: isJudged && geos ? findTeleportations(history, geos) : [],
    originalStops: isJudged ? whereOriginalStops(history, found, devices) : [],
  }
  return { ...analysis, score: isJudged ? scoreOf(analysis) : null }
}
