import { resolveTool } from '../../../control/runtime/resolve.ts'
import { FORMS, type Kind } from '../player.ts'
import { processPlaying } from './ffmpeg.ts'

/** The sinks say a line for each picture they show. */
const SINKS = [
  'video-sink=fakesink sync=true silent=false name=shown',
  'audio-sink=fakesink sync=true',
]

/** Seconds of the newest picture. */
const newest = (output: string): number | null => {
  const at = output.lastIndexOf(' pts: ')
  const found = /^ pts: (\d+):(\d+):(\d+\.\d+)/.exec(output.slice(at, at + 40))
  if (found === null) return null
  const [, hours, minutes, seconds] = found
  return Number(hours) * 3600 + Number(minutes) * 60 + Number(seconds)
}

const gstreamer = (name: string, playbin: string): Kind => ({
  name,
  async prepare() {
    const { argv, version } = await resolveTool('gst-launch')
    const argvOf = (url: string) => [...argv, '-v', playbin, `uri=${url}`, ...SINKS]
    const play = async (list: readonly string[]) => processPlaying(list, argvOf, newest)
    return { name, version, forms: FORMS, play }
  },
})

/** GStreamer's older demuxers. */
export const hlsdemux = gstreamer('GStreamer hlsdemux', 'playbin')

/** GStreamer's newer ones, `hlsdemux2` and `dashdemux2`. */
export const hlsdemux2 = gstreamer('GStreamer hlsdemux2', 'playbin3')
