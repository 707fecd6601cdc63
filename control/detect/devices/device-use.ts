import { type DeviceClass, rankOfClass } from '../device-class.ts'
import type { Trace } from '../trace.ts'

const HOUR_MS = 3_600_000

/** Everything one device played. */
export interface DeviceUse {
  readonly device: string
  readonly kind: DeviceClass
  readonly traces: readonly Trace[]
}

/** Groups plays by device, in order of the device's name so that the result never depends on arrival. */
export const usesOf = (traces: readonly Trace[]): DeviceUse[] => {
  const uses = new Map<string, { device: string; kind: DeviceClass; traces: Trace[] }>()
  for (const trace of traces) {
    const known = uses.get(trace.device)
    if (!known) uses.set(trace.device, { device: trace.device, kind: trace.kind, traces: [trace] })
    else {
      known.traces.push(trace)
      // A device that once calls itself a television is one, whatever it says later.
      if (rankOfClass(trace.kind) > rankOfClass(known.kind)) known.kind = trace.kind
    }
  }
  return [...uses.values()].sort((a, b) => (a.device < b.device ? -1 : 1))
}

/** How a device used one line or pool. */
export interface GlueUse {
  readonly days: number
  readonly hours: number
  readonly plays: number
}

/** Adds up plays under names given to them. */
export const tally = (
  traces: readonly Trace[],
  namesOf: (trace: Trace) => readonly string[],
): Map<string, GlueUse> => {
  const sums = new Map<string, { days: Set<number>; ms: number; plays: number }>()
  for (const trace of traces) {
    for (const name of namesOf(trace)) {
      const sum = sums.get(name) ?? { days: new Set<number>(), ms: 0, plays: 0 }
      sum.days.add(trace.day)
      sum.ms += trace.end - trace.start
      sum.plays += 1
      sums.set(name, sum)
    }
  }
  return new Map(
    [...sums].map(([name, s]) => [
      name,
      { days: s.days.size, hours: s.ms / HOUR_MS, plays: s.plays },
    ]),
  )
}
