/** A clip of fMP4 fragments that repeats for ever: decode times and sequence numbers go on over the end. */
export interface Mp4Clip {
  readonly init: Buffer
  /** Fragment `index` counted from the Unix epoch, not from the clip's start. */
  segment(index: number): Buffer
}

interface Box {
  readonly type: string
  /** First byte after the header. */
  readonly body: number
  readonly end: number
}

const CONTAINERS = new Set(['moov', 'trak', 'mdia', 'moof', 'traf'])

/** Prepares a clip; `seconds` is its exact length, and the fragments' own clocks start one length in. */
export function createMp4Clip(init: Buffer, segments: readonly Buffer[], seconds: number): Mp4Clip {
  const scales = timescales(init)
  return {
    init,
    segment(index) {
      const loop = Math.floor(index / segments.length)
      const copy = Buffer.from(segments[index - loop * segments.length] ?? [])
      rewrite(copy, scales, { index, shiftSeconds: (loop - 1) * seconds })
      return copy
    },
  }
}

function* boxes(data: Buffer, from = 0, to = data.length): Generator<Box> {
  for (let at = from; at + 8 <= to; ) {
    const size = data.readUInt32BE(at)
    const type = data.toString('latin1', at + 4, at + 8)
    const end = size === 0 ? to : at + size
    if (end <= at || end > to) throw new Error(`The demo clip is damaged at box ${type}`)
    yield { type, body: at + 8, end }
    if (CONTAINERS.has(type)) yield* boxes(data, at + 8, end)
    at = end
  }
}

/** Clock rate of each track. */
function timescales(init: Buffer): Map<number, number> {
  const scales = new Map<number, number>()
  let track = 0
  for (const { type, body } of boxes(init)) {
    const long = init.readUInt8(body) === 1
    if (type === 'tkhd') track = init.readUInt32BE(body + (long ? 20 : 12))
    if (type === 'mdhd') scales.set(track, init.readUInt32BE(body + (long ? 20 : 12)))
  }
  return scales
}

function rewrite(
  data: Buffer,
  scales: Map<number, number>,
  place: { index: number; shiftSeconds: number },
): void {
  let track = 0
  for (const { type, body } of boxes(data)) {
    if (type === 'mfhd') data.writeUInt32BE(place.index % 2 ** 32, body + 4)
    if (type === 'tfhd') track = data.readUInt32BE(body + 4)
    if (type === 'tfdt') shiftTime(data, body, place.shiftSeconds * (scales.get(track) ?? 0))
    if (type === 'sidx') {
      shiftTime(data, body + 8, place.shiftSeconds * data.readUInt32BE(body + 8), body)
    }
  }
}

/** Adds to the time that follows the four bytes of version and flags (in sidx: the timescale). */
function shiftTime(data: Buffer, at: number, shift: number, versionAt = at): void {
  if (data.readUInt8(versionAt) !== 1) throw new Error('The demo clip has 32-bit times')
  data.writeBigUInt64BE(data.readBigUInt64BE(at + 4) + BigInt(shift), at + 4)
}
