import type { PlayRecord } from '#domain/types'
import { mergeDerivedDevices } from '../devices/derived-devices.ts'
import { lastingDevices } from '../devices/lasting-devices.ts'
import { normalisePlays } from '../normalise.ts'
import { feedbackFilter } from '../scoring/feedback.ts'
import { toldOnce } from '../told-once.ts'
import { trueEnds } from '../true-ends.ts'
import type { Feedback } from '../types.ts'

/** What counts as home or as harmless besides the LAN. */
export interface HomeHints {
  readonly feedback?: Feedback | undefined
  /** Network keys of the media server's own home. */
  readonly homeNetworks?: readonly string[] | undefined
}

/**
 * Prepares plays for judging: sorted, deduplicated, with stable device ids, without devices marked as fine,
 * and with home networks treated as LAN.
 */
export const preparePlays = (
  plays: readonly PlayRecord[],
  now: number,
  hints: HomeHints = {},
): PlayRecord[] => {
  const isHeld = countableDevices(hints)
  const once = trueEnds(toldOnce(normalisePlays(plays, now)))
  const home = placeAtHome(once.filter(isHeld), hints)
  // An operator names a device as the edge does, or as we show it.
  return mergeDerivedDevices(lastingDevices(home)).filter(isHeld)
}

/** Filters out plays of devices an operator marked as fine. */
const countableDevices = ({ feedback = {} }: HomeHints): ((play: PlayRecord) => boolean) => {
  const fine = new Set(feedback.devices)
  return ({ device }) => device === null || !fine.has(device)
}

/**
 * Puts plays over the server's own line, and those an operator called fine, on the LAN, where nothing is held
 * against them.
 */
const placeAtHome = (
  plays: readonly PlayRecord[],
  { feedback = {}, homeNetworks = [] }: HomeHints,
): PlayRecord[] => {
  const homes = new Set(homeNetworks)
  const isFine = feedbackFilter(feedback)
  return plays.map((play) => {
    const isHome = isFine(play) || (play.network !== null && homes.has(play.network))
    return isHome && !play.isLan ? { ...play, isLan: true } : play
  })
}
