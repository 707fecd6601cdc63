import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { createMp4Clip, type Mp4Clip } from './mp4-clip.ts'
import { createTsClip, type TsClip } from './ts-clip.ts'

/** Length of a segment and of the whole clip, as `scripts/demo-media.ts` cuts them. */
export const SEGMENT_SECONDS = 2
const CLIP_SECONDS = 16

/** The names of the clip's MPEG-TS renditions. */
export const RENDITIONS = ['both', 'high', 'low', 'sound'] as const
export type Rendition = (typeof RENDITIONS)[number]

/** The clip in every form the demo serves. */
export interface Media {
  readonly ts: Readonly<Record<Rendition, TsClip>>
  readonly fmp4: Mp4Clip
}

/** Reads the clip from its folder. */
export function loadMedia(folder: string): Media {
  const segments = (name: string, type: string) =>
    readdirSync(join(folder, name))
      .filter((file) => file.endsWith(type))
      .sort()
      .map((file) => readFileSync(join(folder, name, file)))
  const ts = (name: Rendition) => createTsClip(segments(name, '.mpegts'), CLIP_SECONDS)
  const init = readFileSync(join(folder, 'fmp4/init.mp4'))
  return {
    ts: { both: ts('both'), high: ts('high'), low: ts('low'), sound: ts('sound') },
    fmp4: createMp4Clip(init, segments('fmp4', '.m4s'), CLIP_SECONDS),
  }
}
