import { ARCHIVE_MARK } from '../../domain/addresses/archive.ts'
import {
  type AskedSpan,
  fillTimes,
  parseStart,
  spanSeconds,
} from '../../domain/addresses/archive-times.ts'
import { isGenericEntry } from '../../domain/channels/channel.ts'
import { archiveDelayKey, archiveKey } from '../../domain/channels/channel-table.ts'
import type { OpeningRequest } from '../../domain/doors/match.ts'
import type { ReasonId } from '../../domain/reasons.ts'
import { liveTable } from '../../state/table-halves.ts'

/** A path below a channel and its query, without `?`. */
export interface AskedPath {
  readonly rest: string
  readonly args: string
}

/** No channel has its archive here: the opening is judged as any other, and what it leads to is refused. */
const NOWHERE: AskedPath = { rest: `${ARCHIVE_MARK}index.m3u8`, args: '' }

/** Where a channel's archive is asked for below it; `null` without one. */
const archiveAskedOf = (channel: string): string | null =>
  liveTable('channels')?.get(archiveKey(channel)) ?? null

/** Seconds that a channel's archive lies behind the clock: what began at noon is asked for that much earlier. */
const archiveDelayOf = (channel: string): number =>
  Number(liveTable('channels')?.get(archiveDelayKey(channel)) ?? 0)

const numberIn = (args: string, name: string): number | null => {
  const found = new RegExp(`(?:^|&)${name}=(\\d{9,10})(?:&|$)`).exec(args)
  return found ? Number(found[1]) : null
}

const split = (text: string): AskedPath => {
  const mark = text.indexOf('?')
  return mark < 0
    ? { rest: text, args: '' }
    : { rest: text.slice(0, mark), args: text.slice(mark + 1) }
}

const place = (channel: string, span: AskedSpan): AskedPath => {
  const template = archiveAskedOf(channel)
  const filled = template === null ? null : fillTimes(template, span)
  return filled === null ? NOWHERE : split(filled)
}

/** Kodi's `?utc=&lutc=`, from which it has taken the delay itself, at the live address, for a channel whose archive is asked for in another way. */
const placeOfLive = (opening: OpeningRequest, args: string, now: number): AskedPath => {
  const asked = { rest: opening.rest, args }
  const start = args.includes('utc=') && isGenericEntry(opening.rest) ? numberIn(args, 'utc') : null
  const template = start === null ? null : archiveAskedOf(opening.channel)
  if (start === null || template === null || isGenericEntry(split(template).rest)) return asked
  const end = numberIn(args, 'utcend')
  const durationSec = end === null || end <= start ? spanSeconds('') : end - start
  return place(opening.channel, { start, durationSec, now })
}

/** The path and query an opening leads to: where it asks for a span of the archive, there. `request.malformed` where its start is no time. */
export const pathOfOpening = (
  opening: OpeningRequest,
  args: string,
  now: number,
): AskedPath | ReasonId => {
  const { archive } = opening
  if (archive === undefined) return placeOfLive(opening, args, now)
  const start = parseStart(archive.start)
  if (start === null) return 'request.malformed'
  const { channel } = opening
  const at = start - archiveDelayOf(channel)
  return place(channel, { start: at, durationSec: spanSeconds(archive.minutes), now })
}
