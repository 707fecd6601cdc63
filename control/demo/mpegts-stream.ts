import type { ServerResponse } from 'node:http'
import { newestSegment, segmentStart } from './timeline.ts'
import type { TsClip } from './ts-clip.ts'

/** Pieces a segment is sent in, so that the stream flows instead of coming in lumps. */
const PIECES = 20
/** Segments sent at once in the beginning, so that a player can start. */
const HEAD_START = 2
/** A player that leaves this much unread is cut off. */
const UNREAD_BYTES = 4 * 1024 * 1024

/** Sends the clip as one endless MPEG-TS at the pace of the wall clock, until the player leaves. */
export function streamMpegTs(response: ServerResponse, clip: TsClip): void {
  response.writeHead(200, { 'Content-Type': 'video/mp2t', 'Cache-Control': 'no-store' })
  let index = newestSegment(Date.now()) - HEAD_START + 1
  let piece = 0
  let segment = clip.segment(index)
  // Piece k of segment n is due when that moment of the recording would have ended.
  const dueAt = () => segmentStart(index + 1) + (piece / PIECES) * 2000
  const send = () => {
    while (dueAt() <= Date.now() && response.writable) {
      const packets = segment.length / 188
      const from = Math.floor((packets * piece) / PIECES) * 188
      const to = Math.floor((packets * (piece + 1)) / PIECES) * 188
      response.write(segment.subarray(from, to))
      piece += 1
      if (piece === PIECES) {
        piece = 0
        index += 1
        segment = clip.segment(index)
      }
    }
    if (response.writableLength > UNREAD_BYTES) response.destroy()
  }
  const timer = setInterval(send, 50)
  response.on('close', () => clearInterval(timer))
  send()
}
