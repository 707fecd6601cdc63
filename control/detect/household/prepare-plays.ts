import { copyPlay } from '#domain/copy-play'
import type { PlayRecord } from '#domain/types'
import { mergeDerivedDevices } from '../devices/derived-devices.ts'
import { lastingDevices } from '../devices/lasting-devices.ts'
import { hasDerivedDevice, isTimed } from '../guards.ts'
import { isFromNetworks } from '../home-networks.ts'
import { mergeRows } from '../merge-rows.ts'
import { isPublicText } from '../network-class.ts'
import { normalisePlays } from '../normalise.ts'
import { feedbackFilter } from '../scoring/feedback.ts'
import { trueEnds } from '../true-ends.ts'
import type { Feedback } from '../types.ts'
import { watchedUntil } from '../watched.ts'

/** Home networks and operators' feedback. */
export interface HomeHints {
  readonly feedback?: Feedback | undefined
  /** Addresses, CIDRs or ranges of the media server's own home. */
  readonly homeNetworks?: readonly string[] | undefined
}

/** Plays that can be judged, and how many there were with those of which nothing was watched. */
export interface CountedPlays {
  readonly plays: PlayRecord[]
  readonly count: number
}

/** The same as `preparePlays`, counted. */
export const countedPlays = (
  plays: readonly PlayRecord[],
  now: number,
  hints: HomeHints = {},
): CountedPlays => {
  const told = withoutFineDevices(trueEnds(mergeRows(normalisePlays(plays, now))), hints)
  const watched = told.filter(wasWatched)
  const named = mergeDerivedDevices(lastingDevices(placeAtHome(watched, hints)))
  // An operator names a device as the edge does, or as we show it.
  const known = withoutFineDevices(named, hints)
  const counted = [...told.filter((play) => !wasWatched(play)), ...known]
  return { plays: known, count: counted.length - resumptions(counted) }
}

/**
 * How many plays only go on with another: a media server gives the pieces of one play one id, which may be that of the
 * first.
 */
const resumptions = (plays: readonly PlayRecord[]): number => {
  const pieces = plays.filter((play) => isNamedPiece(play) && !hasDerivedDevice(play))
  if (pieces.length === 0) return 0
  const wholes = new Set(pieces.map(({ source, playback }) => `${source}\n${playback ?? ''}`))
  const firsts = plays.filter(
    (play) => !isNamedPiece(play) && wholes.has(`${play.source}\n${play.id}`),
  )
  return pieces.length + firsts.length - wholes.size
}

const isNamedPiece = ({ playback }: PlayRecord): boolean =>
  playback !== null && playback !== undefined

/**
 * Prepares plays for judging: sorted, deduplicated, with stable device ids, without devices marked as fine and plays
 * of which nothing was watched, and with home networks treated as LAN.
 */
export const preparePlays = (
  plays: readonly PlayRecord[],
  now: number,
  hints: HomeHints = {},
): PlayRecord[] => countedPlays(plays, now, hints).plays

// Players try an item, and servers announce it, for moments at addresses where nobody watched.
const TRIED_MS = 5000

/** Whether anything of a play was watched, as far as its source knows; at an edge a moment shows a player. */
const wasWatched = (play: PlayRecord): boolean =>
  play.endedAt === null ||
  hasDerivedDevice(play) ||
  !isTimed(play) ||
  watchedUntil(play) - play.startedAt >= TRIED_MS

/** Leaves out plays of devices an operator marked as fine. */
const withoutFineDevices = (plays: PlayRecord[], { feedback = {} }: HomeHints): PlayRecord[] => {
  const fine = new Set(feedback.devices)
  return fine.size === 0
    ? plays
    : plays.filter(({ device }) => device === null || !fine.has(device))
}

/** Public addresses of plays that their source calls local: the line of the server's home. */
const toldHomes = (plays: readonly PlayRecord[]): ReadonlySet<string> => {
  const told = new Set<string>()
  for (const { isLan, address, network } of plays)
    if (isLan && address !== null && network !== null && isPublicText(address)) told.add(network)
  return told
}

/**
 * Marks plays over the server's own line, and those an operator called home or fine, as LAN plays, which do not count
 * against an account.
 */
const placeAtHome = (
  plays: readonly PlayRecord[],
  { feedback = {}, homeNetworks = [] }: HomeHints,
): readonly PlayRecord[] => {
  const told = toldHomes(plays)
  const { homes = [], networks = [], cities = [] } = feedback
  if (told.size + homeNetworks.length + homes.length + networks.length + cities.length === 0)
    return plays
  const isHome = isFromNetworks([...homeNetworks, ...(feedback.homes ?? [])])
  const isFine = feedbackFilter(feedback)
  return plays.map((play) => {
    if (play.isLan) return play
    const isTold = play.network !== null && told.has(play.network)
    if (!isTold && !isHome(play) && !isFine(play)) return play
    const own = copyPlay(play)
    own.isLan = true
    return own
  })
}
