import { type Child, startChild } from './child.ts'

/** Publishes a moving test card until it is stopped; `ffmpeg` is how ffmpeg is called. */
export const publishTestCard = (ffmpeg: readonly string[], url: string): Child => {
  const source = ['-re', '-f', 'lavfi', '-i', 'testsrc=size=160x120:rate=10']
  const encoding = ['-c:v', 'flv', '-g', '5', '-f', 'flv']
  return startChild([...ffmpeg, '-v', 'error', ...source, ...encoding, url])
}

/** Plays an RTMP stream and shows its progress five times a second. */
export const playRtmp = (ffmpeg: readonly string[], url: string): Child =>
  startChild([...ffmpeg, '-stats_period', '0.2', '-i', url, '-f', 'null', '-'])
