import type { Story, Trace } from './trace-player.ts'

type Look = (trace: Trace, story: Story) => (string | null)[]

const refusalsAsExpected: Look = ({ outcome }, { refusals }) => {
  const isExpected = outcome.refusals === undefined || outcome.refusals === refusals.length
  return [isExpected ? null : `refusals: ${JSON.stringify(refusals)}`]
}

const neverRefused: Look = ({ outcome }, { refusals }) =>
  (outcome.neverRefused ?? []).map((box) => {
    const own = refusals.filter((one) => one.box === box)
    return own.length === 0 ? null : `${box} was refused: ${JSON.stringify(own)}`
  })

const endsPlaying: Look = ({ outcome, boxes, untilSec }, { progress }) =>
  (outcome.endsPlaying ?? []).map((box) => {
    const last = progress.filter((one) => one.box === box).at(-1)?.sec ?? -1
    const everySec = boxes.find(({ id }) => id === box)?.plays.at(-1)?.everySec ?? 0
    return last >= untilSec - everySec ? null : `${box} stopped at ${last} s`
  })

const bannedInTime: Look = ({ outcome }, { refusals }) =>
  (outcome.banned ?? []).map(({ box, fromSec, toSec }) => {
    const first = refusals.find((one) => one.box === box)?.sec ?? -1
    return first >= fromSec && first <= toSec ? null : `${box} was first refused at ${first} s`
  })

const playedLittle: Look = ({ outcome, boxes, untilSec }, { progress }) => {
  if (!outcome.mostPlayed) return []
  const { box, maxShare } = outcome.mostPlayed
  const everySec = boxes.find(({ id }) => id === box)?.plays[0]?.everySec ?? 1
  const share = (progress.filter((one) => one.box === box).length * everySec) / untilSec
  return [share <= maxShare ? null : `${box} played ${share} of the time`]
}

const fewChannels: Look = ({ outcome, untilSec }, { progress }) => {
  if (!outcome.channelsPerWindow) return []
  const { afterSec, windowSec, max } = outcome.channelsPerWindow
  const starts = Array.from({ length: untilSec - windowSec - afterSec }, (_, at) => afterSec + at)
  return starts.map((from) => {
    const inside = progress.filter(({ sec }) => sec >= from && sec < from + windowSec)
    const channels = new Set(inside.map(({ channel }) => channel))
    return channels.size <= max ? null : `from ${from} s: ${[...channels].join(' ')}`
  })
}

const fewSwaps: Look = ({ outcome }, { progress }) => {
  const swaps = progress.filter(({ box }, at) => at > 0 && progress[at - 1]?.box !== box).length
  const most = outcome.swaps ?? Number.POSITIVE_INFINITY
  return [swaps <= most ? null : `the screen went over ${swaps} times`]
}

/** What of a story differs from the trace's outcome; empty when it came as it must. */
export const judgeStory = (trace: Trace, story: Story): string[] =>
  [refusalsAsExpected, neverRefused, endsPlaying, bannedInTime, playedLittle, fewChannels, fewSwaps]
    .flatMap((look) => look(trace, story))
    .filter((problem) => problem !== null)
