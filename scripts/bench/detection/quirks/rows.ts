import type { PlayRecord } from '#domain/types'
import { endOf } from '../../../../control/detect/normalise.ts'
import type { Quirk } from './lines.ts'
import { between } from './random.ts'

const SECOND_MS = 1000
const MINUTE_MS = 60_000
const HOUR_MS = 3_600_000
const DAY_MS = 24 * HOUR_MS

const WEEK_MS = 7 * DAY_MS

/** Every device has a new id each week. */
export const weeklyIds: Quirk = ({ plays, random }) => {
  const shift = random.next() * WEEK_MS
  return plays.map((play) => ({
    ...play,
    device:
      play.device === null
        ? null
        : `${play.device} ${Math.floor((play.startedAt + shift) / WEEK_MS)}`,
  }))
}

/** Half of the devices have a new id at each play. */
export const idsEachPlay: Quirk = ({ plays, random }) => {
  const devices = [...new Set(plays.map((play) => play.device))]
  const fickle = new Set(devices.filter(() => random.oneIn(2)))
  return plays.map((play, i) =>
    fickle.has(play.device) ? { ...play, device: `${play.device} ${i}` } : play,
  )
}

/** Away from home computers play in private windows: a new id each evening. */
export const privateWindows: Quirk = ({ plays, kindOf, homeOf, placeOf }) =>
  plays.map((play) => {
    const isOut = placeOf(play) !== homeOf(play.device)
    if (!isOut || kindOf(play.device) !== 'computer') return play
    return { ...play, device: `private ${Math.floor(play.startedAt / DAY_MS)}` }
  })

/** Every player of one app says the same id, for all its users. */
export const constantIds: Quirk = ({ plays }) =>
  plays.map((play) => ({ ...play, device: play.client ?? '' }))

/** Rows whose end was not seen: they end together, days later. */
export const ghosts: Quirk = ({ plays, random, main, now, placeOf }) => {
  const old = plays.filter((play) => placeOf(play) === main && play.startedAt < now - 6 * DAY_MS)
  const at = random.below(Math.max(1, old.length - 6))
  const unseen = old.slice(at, at + between(random, 2, 6))
  const last = unseen.at(-1)
  if (last === undefined || last.startedAt - (unseen[0]?.startedAt ?? 0) > 12 * HOUR_MS)
    return plays
  const end = last.startedAt + (1 + random.next() * 4) * DAY_MS
  return plays.map((play) =>
    unseen.includes(play)
      ? { ...play, lastSeenAt: end, endedAt: end, playedMs: end - play.startedAt }
      : play,
  )
}

const part = (play: PlayRecord, from: number, to: number, name: string): PlayRecord => ({
  ...play,
  id: `${play.id} ${name}`,
  startedAt: from,
  lastSeenAt: to,
  endedAt: to,
  playedMs: to - from,
})

/** The monitor restarts while something plays: one play is two or three rows. */
export const restarts: Quirk = ({ plays, random }) =>
  plays.flatMap((play) => {
    const length = endOf(play) - play.startedAt
    if (length < 20 * MINUTE_MS || length > 4 * HOUR_MS || random.next() > 0.3) return [play]
    const middle = play.startedAt + Math.round(length * (0.3 + random.next() / 3))
    const pause = between(random, 2, 60) * SECOND_MS
    return [part(play, play.startedAt, middle, 'a'), part(play, middle + pause, endOf(play), 'b')]
  })

/** Two or three monitors write every row. */
export const duplicates: Quirk = ({ plays, random }) => {
  const times = between(random, 2, 3)
  return plays.flatMap((play) =>
    Array.from({ length: times }, (_, i) => {
      const late = i * between(random, 0, 3) * SECOND_MS
      return { ...play, id: `${play.id} ${i}`, startedAt: play.startedAt + late }
    }),
  )
}

/** The same hours in items of minutes, with seconds between. */
export const shortItems: Quirk = ({ plays, random }) =>
  plays.flatMap((play) => {
    const length = endOf(play) - play.startedAt
    if (length < 11 * MINUTE_MS || length > 4 * HOUR_MS || play.endedAt === null) return [play]
    const items: PlayRecord[] = []
    for (let at = play.startedAt; at < endOf(play) - MINUTE_MS; ) {
      const end = Math.min(endOf(play), at + between(random, 180, 600) * SECOND_MS)
      const item = part(play, at, end, String(items.length))
      items.push(play.title === null ? item : { ...item, title: `${play.title} (${items.length})` })
      at = end + between(random, 1, 15) * SECOND_MS
    }
    return items
  })

/** Rows of no length before a third of the plays: a start that failed, a preview. */
export const noLength: Quirk = ({ plays, random }) =>
  plays.flatMap((play) => {
    if (!random.oneIn(3)) return [play]
    const at = play.startedAt - between(random, 3, 60) * SECOND_MS
    return [part(play, at, at, 'nothing'), play]
  })

/** Evenings straddle midnight UTC: everything so many hours later, the day before. */
export const acrossMidnight: Quirk = ({ plays, random }) => {
  const by = between(random, 2, 9) * HOUR_MS - DAY_MS
  return plays.map((play) => ({
    ...play,
    startedAt: play.startedAt + by,
    lastSeenAt: play.lastSeenAt + by,
    endedAt: play.endedAt === null ? null : play.endedAt + by,
  }))
}
