import { resolveTool } from '../../../control/runtime/resolve.ts'
import { FORMS, type Kind } from '../player.ts'
import { processPlaying } from './ffmpeg.ts'

/** The sinks say a line for each picture they show. */
const SINKS = [
  'video-sink=fakesink sync=true silent=false name=shown',
  'audio-sink=fakesink sync=true',
]

const pictures = (output: string): number | null => {
  const count = output.split('chain ').length - 1
  return count === 0 ? null : count
}

const gstreamer = (name: string, playbin: string): Kind => ({
  name,
  async prepare() {
    const { argv, version } = await resolveTool('gst-launch')
    const argvOf = (url: string) => [...argv, '-v', playbin, `uri=${url}`, ...SINKS]
    const play = async (list: readonly string[]) => processPlaying(list, argvOf, pictures)
    return { name, version, forms: FORMS, play }
  },
})

/** GStreamer's older demuxers. */
export const hlsdemux = gstreamer('GStreamer hlsdemux', 'playbin')

/** GStreamer's newer ones, `hlsdemux2` and `dashdemux2`. */
export const hlsdemux2 = gstreamer('GStreamer hlsdemux2', 'playbin3')
