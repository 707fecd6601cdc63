import { SEGMENT_SECONDS } from '../../../control/demo/media-files.ts'
import { newestSegment, segmentStart } from '../../../control/demo/timeline.ts'
import type { Asked, Manifest } from './shape.ts'

/** Parts of a segment, and how long each is, seconds. */
const PARTS = 2
const PART_SEC = SEGMENT_SECONDS / PARTS
const WINDOW = 12
/** Segments at the end of the list whose parts are named. */
const IN_PARTS = 3
/** Older ones are left out of a delta update: six target durations. */
const SKIP_SEC = 6 * SEGMENT_SECONDS
const PACKET = 188

/** Unix ms when a part of a live segment is complete. */
export const partReadyAt = (segment: number, part: number): number =>
  segmentStart(segment) + (part + 1) * PART_SEC * 1000

const partName = (segment: number, part: number): string => `${segment}.${part}.ts`

/** Segment and part of a file's name; null where it is no part's. */
export const partOf = (file: string): { segment: number; part: number } | null => {
  const found = /(?:^|\/)(\d+)\.([01])\.ts$/.exec(file)
  return found === null ? null : { segment: Number(found[1]), part: Number(found[2]) }
}

const VIDEO_PID = 0x100
const AUDIO_PID = 0x101
const pidAt = (bytes: Buffer, at: number): number => bytes.readUInt16BE(at + 1) & 0x1fff
/** Program tables, which are before the first picture. */
const isTable = (bytes: Buffer, at: number): boolean =>
  ![VIDEO_PID, AUDIO_PID].includes(pidAt(bytes, at))
/** `payload_unit_start_indicator` (ISO/IEC 13818-1, 2.4.3.3). */
const startsUnit = (bytes: Buffer, at: number): boolean => ((bytes[at + 1] ?? 0) & 0x40) !== 0

/** The first packet in the second half of a segment at which a picture begins and no sound goes on. */
const cutOf = (bytes: Buffer): number => {
  const firstOf = (pid: number, from: number): number | null => {
    for (let at = from; at < bytes.length; at += PACKET) if (pidAt(bytes, at) === pid) return at
    return null
  }
  const middle = Math.floor(bytes.length / PACKET / PARTS) * PACKET
  for (let at = middle; at < bytes.length; at += PACKET) {
    if (pidAt(bytes, at) !== VIDEO_PID || !startsUnit(bytes, at)) continue
    const sound = firstOf(AUDIO_PID, at)
    if (sound === null || startsUnit(bytes, sound)) return at
  }
  throw new RangeError('the segment cannot be cut')
}

/** The bytes of a part, from those of its whole segment of MPEG-TS; the second has the program tables too, so that it can be read alone. */
export const partBytes = (segment: Buffer, part: number): Buffer => {
  const cut = cutOf(segment)
  if (part === 0) return segment.subarray(0, cut)
  const tables: Buffer[] = []
  for (let at = 0; at < cut && isTable(segment, at); at += PACKET)
    tables.push(segment.subarray(at, at + PACKET))
  return Buffer.concat([...tables, segment.subarray(cut)])
}

const partLine = (segment: number, part: number): string =>
  `#EXT-X-PART:DURATION=${PART_SEC.toFixed(3)},URI="${partName(segment, part)}"${part === 0 ? ',INDEPENDENT=YES' : ''}`

/** The list as it is at a moment: a window of whole segments, the newest of them and the one that is being made in parts. */
const listAt = (now: number, isDelta: boolean): string => {
  const newest = newestSegment(now)
  const first = newest - WINDOW + 1
  const skipped = isDelta ? WINDOW - SKIP_SEC / SEGMENT_SECONDS : 0
  const lines = [
    '#EXTM3U',
    '#EXT-X-VERSION:9',
    `#EXT-X-TARGETDURATION:${SEGMENT_SECONDS}`,
    `#EXT-X-SERVER-CONTROL:CAN-BLOCK-RELOAD=YES,PART-HOLD-BACK=${(3 * PART_SEC).toFixed(1)},CAN-SKIP-UNTIL=${SKIP_SEC.toFixed(1)}`,
    `#EXT-X-PART-INF:PART-TARGET=${PART_SEC.toFixed(3)}`,
    `#EXT-X-MEDIA-SEQUENCE:${first}`,
  ]
  if (skipped > 0) lines.push(`#EXT-X-SKIP:SKIPPED-SEGMENTS=${skipped}`)
  for (let segment = first + skipped; segment <= newest; segment++) {
    lines.push(`#EXT-X-PROGRAM-DATE-TIME:${new Date(segmentStart(segment)).toISOString()}`)
    if (segment > newest - IN_PARTS) lines.push(partLine(segment, 0), partLine(segment, 1))
    lines.push(`#EXTINF:${SEGMENT_SECONDS.toFixed(3)},`, `${segment}.ts`)
  }
  const isHalf = now >= partReadyAt(newest + 1, 0)
  if (isHalf) lines.push(partLine(newest + 1, 0))
  lines.push(`#EXT-X-PRELOAD-HINT:TYPE=PART,URI="${partName(newest + 1, isHalf ? 1 : 0)}"`)
  return `${lines.join('\n')}\n`
}

/** Answers the list, held back until the part that `_HLS_msn` and `_HLS_part` name is there. */
export const lowLatencyList = ({ now, query }: Asked): Manifest => {
  const msn = query.get('_HLS_msn')
  const part = Number(query.get('_HLS_part') ?? PARTS - 1)
  const ready = msn === null ? now : partReadyAt(Number(msn), part)
  const at = Math.max(now, Math.min(ready, now + 3 * SEGMENT_SECONDS * 1000))
  return { text: listAt(at, query.has('_HLS_skip')), notBefore: at }
}
