import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { packageRoot } from '../../../control/config/paths.ts'
import { loadMedia } from '../../../control/demo/media-files.ts'

const media = loadMedia(join(packageRoot(), 'control/demo/media'))

/** Per PID: continuity counters in order, and the PTS of each PES packet. */
function readTs(data: Buffer) {
  const counters = new Map<number, number[]>()
  const stamps = new Map<number, number[]>()
  for (let at = 0; at < data.length; at += 188) {
    expect(data[at]).toBe(0x47)
    const pid = data.readUInt16BE(at + 1) & 0x1fff
    const control = data.readUInt8(at + 3)
    if ((control & 0x10) === 0) continue
    push(counters, pid, control & 15)
    const start = at + 4 + ((control & 0x20) !== 0 ? data.readUInt8(at + 4) + 1 : 0)
    const isPes = (data.readUInt8(at + 1) & 0x40) !== 0 && data.readUIntBE(start, 3) === 1
    if (isPes) push(stamps, pid, stamp(data, start + 9))
  }
  return { counters, stamps }
}

function push(map: Map<number, number[]>, key: number, value: number) {
  map.set(key, [...(map.get(key) ?? []), value])
}

function stamp(data: Buffer, at: number): number {
  const high = (data.readUInt8(at) >> 1) & 7
  return (
    high * 2 ** 30 + (data.readUInt16BE(at + 1) >> 1) * 2 ** 15 + (data.readUInt16BE(at + 3) >> 1)
  )
}

// 24 segments are three rounds of the clip; far out the clocks are large and about to wrap.
describe.each([0, 108_766_752, 47_720])('segments from number %d on', (first) => {
  test.each(['both', 'high', 'low', 'sound'] as const)('%s goes on without a seam', (rendition) => {
    const parts = Array.from({ length: 24 }, (_, i) => media.ts[rendition].segment(first + i))
    const { counters, stamps } = readTs(Buffer.concat(parts))
    for (const [pid, values] of counters) {
      const breaks = values.filter((value, i) => i > 0 && value !== ((values[i - 1] ?? 0) + 1) % 16)
      expect(breaks, `continuity of PID ${pid}`).toEqual([])
    }
    for (const values of stamps.values()) {
      const steps = values
        .slice(1)
        .map((value, i) => (value - (values[i] ?? 0) + 2 ** 33) % 2 ** 33)
      expect(Math.max(...steps)).toBeLessThan(45_000)
      expect(Math.min(...steps)).toBeGreaterThan(0)
    }
    const [video] = stamps.values()
    const length = ((video?.at(-1) ?? 0) - (video?.[0] ?? 0) + 2 ** 33) % 2 ** 33
    expect(length / 90_000).toBeGreaterThan(47.5)
    expect(length / 90_000).toBeLessThan(48.1)
  })
})

test('the same number is the same segment, byte for byte, in every process', () => {
  const again = loadMedia(join(packageRoot(), 'control/demo/media'))
  expect(again.ts.both.segment(1_000_003)).toEqual(media.ts.both.segment(1_000_003))
  expect(again.fmp4.segment(1_000_003)).toEqual(media.fmp4.segment(1_000_003))
  expect(media.ts.both.segment(1_000_003)).not.toEqual(media.ts.both.segment(1_000_011))
})

test('fMP4: decode times go on from fragment to fragment, for each track', () => {
  const times = Array.from({ length: 24 }, (_, i) => decodeTimes(media.fmp4.segment(800 + i)))
  for (let i = 1; i < times.length; i++) {
    const [video = 0, audio = 0] = (times[i] ?? []).map(
      (time, track) => time - (times[i - 1]?.[track] ?? 0),
    )
    expect(video).toBe(2 * 12_800)
    expect(Math.abs(audio - 2 * 48_000)).toBeLessThanOrEqual(1024)
  }
  const round = (times[16]?.[1] ?? 0) - (times[8]?.[1] ?? 0)
  expect(round).toBe(16 * 48_000)
})

test.each([
  ['video', 12_800, 0],
  ['sound', 48_000, 1024],
] as const)('DASH: decode times of the %s are those its number promises', (track, scale, slack) => {
  for (const index of [800, 801, 807, 808, 109_034_491]) {
    const [time = 0] = decodeTimes(media.dash[track].segment(index))
    expect(Math.abs(time - index * 2 * scale)).toBeLessThanOrEqual(slack * 2)
  }
})

function decodeTimes(data: Buffer): number[] {
  const found: number[] = []
  for (let at = data.indexOf('tfdt'); at > 0; at = data.indexOf('tfdt', at + 4)) {
    found.push(Number(data.readBigUInt64BE(at + 8)))
  }
  return found
}

test('the clip is small', () => {
  const names = ['both', 'high', 'low', 'sound'] as const
  const sizes = names.flatMap((name) =>
    Array.from(
      { length: 8 },
      (_, i) => readFileSync(join(packageRoot(), `control/demo/media/${name}/${i}.mpegts`)).length,
    ),
  )
  expect(sizes.reduce((sum, size) => sum + size, 0)).toBeLessThan(1_200_000)
})
