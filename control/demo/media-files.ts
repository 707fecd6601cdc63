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

/** The tracks of DASH, each in files of its own. */
export const TRACKS = ['video', 'sound'] as const
type Track = (typeof TRACKS)[number]

/** The clip in every form the demo serves. */
export interface Media {
  readonly ts: Readonly<Record<Rendition, TsClip>>
  readonly fmp4: Mp4Clip
  readonly dash: Readonly<Record<Track, Mp4Clip>>
}

/** Reads the clip from its folder. */
export function loadMedia(folder: string): Media {
  const segments = (name: string, type: string) =>
    readdirSync(join(folder, name))
      .filter((file) => file.endsWith(type))
      .sort()
      .map((file) => readFileSync(join(folder, name, file)))
  const ts = (name: Rendition) => createTsClip(segments(name, '.mpegts'), CLIP_SECONDS)
  const mp4 = (name: string) => {
    const init = readFileSync(join(folder, name, 'init.mp4'))
    return createMp4Clip(init, segments(name, '.m4s'), CLIP_SECONDS)
  }
  return {
    ts: { both: ts('both'), high: ts('high'), low: ts('low'), sound: ts('sound') },
    fmp4: mp4('fmp4'),
    dash: { video: mp4('dash-video'), sound: mp4('dash-sound') },
  }
}
