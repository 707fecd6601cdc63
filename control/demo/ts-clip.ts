const PACKET = 188
const CLOCK = 90_000
const WRAP = 2n ** 33n

/** A clip of MPEG-TS segments that repeats for ever without a seam: clocks and continuity counters go on over the end. */
export interface TsClip {
  readonly segments: number
  /** Segment `index` counted from the Unix epoch, not from the clip's start. */
  segment(index: number): Buffer
}

/** Prepares a clip; `seconds` is its exact length, and the segments' own clocks start one length in. */
export function createTsClip(segments: readonly Buffer[], seconds: number): TsClip {
  const counters = new Map<number, number>()
  const starts = segments.map((segment) => {
    const start = new Map(counters)
    for (let at = 0; at < segment.length; at += PACKET) {
      if (hasPayload(segment, at)) bump(counters, pidAt(segment, at))
    }
    return start
  })
  return {
    segments: segments.length,
    segment(index) {
      const loop = Math.floor(index / segments.length)
      const place = index - loop * segments.length
      const copy = Buffer.from(segments[place] ?? [])
      const next = new Map(starts[place])
      for (const [pid, perLoop] of counters) {
        next.set(pid, (next.get(pid) ?? 0) + (loop % 16) * perLoop)
      }
      rewrite(copy, next, BigInt(loop - 1) * BigInt(seconds * CLOCK))
      return copy
    },
  }
}

function rewrite(data: Buffer, next: Map<number, number>, shift: bigint): void {
  for (let at = 0; at < data.length; at += PACKET) {
    const control = data.readUInt8(at + 3)
    const adaptation = (control & 0x20) !== 0 ? data.readUInt8(at + 4) + 1 : 0
    if (adaptation > 1 && (data.readUInt8(at + 5) & 0x10) !== 0) shiftPcr(data, at + 6, shift)
    if (!hasPayload(data, at)) continue
    const pid = pidAt(data, at)
    data.writeUInt8((control & 0xf0) | (bump(next, pid) & 0x0f), at + 3)
    const starts = (data.readUInt8(at + 1) & 0x40) !== 0
    if (starts) shiftPes(data, at + 4 + adaptation, shift)
  }
}

function hasPayload(data: Buffer, at: number): boolean {
  return (data.readUInt8(at + 3) & 0x10) !== 0
}

function pidAt(data: Buffer, at: number): number {
  return data.readUInt16BE(at + 1) & 0x1fff
}

/** Counts a packet and returns its place. */
function bump(counters: Map<number, number>, pid: number): number {
  const value = counters.get(pid) ?? 0
  counters.set(pid, value + 1)
  return value
}

function shiftPcr(data: Buffer, at: number, shift: bigint): void {
  const low = BigInt(data.readUInt8(at + 4) >> 7)
  const base = wrapped((BigInt(data.readUInt32BE(at)) << 1n) + low + shift)
  data.writeUInt32BE(Number(base >> 1n), at)
  data.writeUInt8((data.readUInt8(at + 4) & 0x7f) | (Number(base & 1n) << 7), at + 4)
}

/** Shifts PTS and DTS of a PES packet; sections (PAT, PMT) have no start code and stay. */
function shiftPes(data: Buffer, at: number, shift: bigint): void {
  if (data.readUIntBE(at, 3) !== 1) return
  const flags = data.readUInt8(at + 7) >> 6
  if ((flags & 2) !== 0) shiftStamp(data, at + 9, shift)
  if (flags === 3) shiftStamp(data, at + 14, shift)
}

/** A time stamp is 33 bits in five bytes, cut up by marker bits. */
function shiftStamp(data: Buffer, at: number, shift: bigint): void {
  const high = BigInt((data.readUInt8(at) >> 1) & 7)
  const middle = BigInt(data.readUInt16BE(at + 1) >> 1)
  const low = BigInt(data.readUInt16BE(at + 3) >> 1)
  const time = wrapped((high << 30n) + (middle << 15n) + low + shift)
  data.writeUInt8((data.readUInt8(at) & 0xf0) | (Number(time >> 30n) << 1) | 1, at)
  data.writeUInt16BE((Number((time >> 15n) & 0x7fffn) << 1) | 1, at + 1)
  data.writeUInt16BE((Number(time & 0x7fffn) << 1) | 1, at + 3)
}

function wrapped(time: bigint): bigint {
  return ((time % WRAP) + WRAP) % WRAP
}
