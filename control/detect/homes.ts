import { coveredMs } from '#domain/interval'
import type { Trace } from './trace.ts'
import { UnionFind } from './union-find.ts'

/** Devices that were seen on one line, and where else they were seen. */
export interface Home {
  readonly devices: ReadonlySet<string>
  readonly televisions: ReadonlySet<string>
  /** Lines and pools this home's own devices vouch for. */
  readonly lines: ReadonlySet<string>
  /** Plays that really happened at this home. */
  readonly traces: readonly Trace[]
}

interface DeviceUse {
  readonly device: string
  readonly isTelevision: boolean
  readonly traces: Trace[]
}

const groupByDevice = (traces: readonly Trace[]): Map<string, DeviceUse> => {
  const uses = new Map<string, DeviceUse>()
  for (const trace of traces) {
    const known = uses.get(trace.device)
    if (known) known.traces.push(trace)
    else {
      const isTelevision = trace.kind === 'television'
      uses.set(trace.device, { device: trace.device, isTelevision, traces: [trace] })
    }
  }
  return uses
}

/** What glues devices together: the line itself, and the pool it comes from; a VPN's exits count as one. */
export const gluesOf = (trace: Trace): string[] => {
  if (trace.line === null) return []
  if (trace.isHosting) return [`as ${trace.play.asn}`]
  return trace.pool === null ? [trace.line] : [trace.line, `pool ${trace.pool}`]
}

const daysPerGlue = (use: DeviceUse): Map<string, Set<number>> => {
  const days = new Map<string, Set<number>>()
  for (const trace of use.traces) {
    for (const glue of gluesOf(trace)) {
      const known = days.get(glue)
      if (known) known.add(trace.day)
      else days.set(glue, new Set([trace.day]))
    }
  }
  return days
}

/** Televisions that share a line belong to one home. */
const anchorHomes = (uses: readonly DeviceUse[], sets: UnionFind): void => {
  const first = new Map<string, string>()
  for (const use of uses) {
    for (const glue of daysPerGlue(use).keys()) {
      const other = first.get(glue)
      if (other === undefined) first.set(glue, use.device)
      else sets.join(other, use.device)
    }
  }
}

interface Partition {
  readonly homeOfDevice: Map<string, string>
  readonly homeOfGlue: Map<string, string>
}

/** A travelling device lives where it was seen on most days; `null` if at no home at all. */
const bestHome = (use: DeviceUse, homeOfGlue: ReadonlyMap<string, string>): string | null => {
  const days = new Map<string, Set<number>>()
  for (const [glue, seen] of daysPerGlue(use)) {
    const home = homeOfGlue.get(glue)
    if (home === undefined) continue
    const known = days.get(home) ?? new Set()
    for (const day of seen) known.add(day)
    days.set(home, known)
  }
  let best: string | null = null
  for (const [home, seen] of [...days].sort(([a], [b]) => (a < b ? -1 : 1))) {
    if (best === null || seen.size > (days.get(best)?.size ?? 0)) best = home
  }
  return best
}

const partition = (uses: readonly DeviceUse[]): Partition => {
  const sets = new UnionFind()
  const anchors = uses.filter((u) => u.isTelevision)
  anchorHomes(anchors, sets)
  const homeOfDevice = new Map<string, string>()
  const homeOfGlue = new Map<string, string>()
  const settle = (use: DeviceUse, home: string): void => {
    homeOfDevice.set(use.device, home)
    for (const glue of daysPerGlue(use).keys())
      if (!homeOfGlue.has(glue)) homeOfGlue.set(glue, home)
  }
  for (const use of anchors) settle(use, sets.find(use.device))
  const strays: DeviceUse[] = []
  for (const use of uses) {
    if (use.isTelevision) continue
    const home = bestHome(use, homeOfGlue)
    if (home === null) strays.push(use)
    else homeOfDevice.set(use.device, home)
  }
  // Those that meet no television group among themselves.
  anchorHomes(strays, sets)
  for (const use of strays) settle(use, sets.find(use.device))
  return { homeOfDevice, homeOfGlue }
}

/** Groups an account's devices into homes, the most used first. */
export const homesOf = (traces: readonly Trace[]): Home[] => {
  const uses = [...groupByDevice(traces).values()].sort((a, b) => (a.device < b.device ? -1 : 1))
  const { homeOfDevice, homeOfGlue } = partition(uses)
  const build = new Map<
    string,
    { devices: Set<string>; televisions: Set<string>; lines: Set<string>; traces: Trace[] }
  >()
  for (const use of uses) {
    const id = homeOfDevice.get(use.device) ?? use.device
    const home = build.get(id) ?? {
      devices: new Set(),
      televisions: new Set(),
      lines: new Set(),
      traces: [],
    }
    build.set(id, home)
    home.devices.add(use.device)
    if (use.isTelevision) home.televisions.add(use.device)
  }
  for (const [glue, id] of homeOfGlue) build.get(id)?.lines.add(glue)
  for (const trace of traces) {
    const glue = gluesOf(trace).find((g) => homeOfGlue.has(g))
    if (glue !== undefined) build.get(homeOfGlue.get(glue) ?? '')?.traces.push(trace)
  }
  const own = (h: Home): Trace[] => h.traces.filter((t) => h.devices.has(t.device))
  const rank = new Map<Home, number>()
  for (const h of build.values())
    rank.set(h, coveredMs(own(h).map((t) => ({ start: t.start, end: t.end }))))
  const homes = [...build.values()].filter((h) => own(h).length > 0)
  return homes.sort((a, b) => (rank.get(b) ?? 0) - (rank.get(a) ?? 0))
}
