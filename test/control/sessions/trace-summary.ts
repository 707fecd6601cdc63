import type { Story, Trace } from './trace-player.ts'

/** What became of one box. */
const fateOf = (trace: Trace, story: Story, id: string): string => {
  const refusals = story.refusals.filter(({ box, wasPlayed }) => box === id && !wasPlayed)
  const shown = story.progress.filter(({ box }) => box === id)
  const last = shown.at(-1)?.sec ?? -1
  const plays = trace.boxes.find((box) => box.id === id)?.plays ?? []
  if (plays.every(({ probe }) => probe === true)) return 'looks'
  const end = Math.max(...plays.map(({ toSec, everySec }) => toSec - everySec))
  if (shown.length === 0) return 'refused'
  if (last < end) return `until ${last} s`
  return refusals.length === 0 ? 'plays' : `plays, ${refusals.length} times refused`
}

const MANY = 4

/** The most channels that any window of 90 s shows, from 90 s on. */
export const channelsAtOnce = ({ untilSec }: Trace, { progress }: Story): number => {
  let most = 0
  for (let from = 90; from + 90 <= untilSec; from += 1) {
    const shown = progress.filter(({ sec }) => sec >= from && sec < from + 90)
    most = Math.max(most, new Set(shown.map(({ channel }) => channel)).size)
  }
  return most
}

/** What became of a trace's boxes, in a few words. */
export const summaryOf = (trace: Trace, story: Story): string => {
  const { boxes } = trace
  if (boxes.length >= MANY) return `at most ${channelsAtOnce(trace, story)} channels in 90 s`
  if (boxes.length === 1) return fateOf(trace, story, boxes[0]?.id ?? '')
  return boxes.map(({ id }) => `${id} ${fateOf(trace, story, id)}`).join('; ')
}
