import type { PlayRecord } from '#domain/types'
import { excuser } from './feedback.ts'
import type { Feedback } from './types.ts'

/** What is known to be home besides the LAN. */
export interface HomeKnowledge {
  readonly feedback?: Feedback | undefined
  /** Network keys of the media server's own home. */
  readonly homeNetworks?: readonly string[] | undefined
}

/**
 * Puts plays over the server's own line, and those an operator called fine, on the LAN, where nothing is held
 * against them; plays of a device called fine are left out.
 */
export const placeAtHome = (
  plays: readonly PlayRecord[],
  { feedback = {}, homeNetworks = [] }: HomeKnowledge,
): PlayRecord[] => {
  const homes = new Set(homeNetworks)
  const isFine = excuser(feedback)
  const fineDevices = new Set(feedback.devices)
  return plays
    .filter((play) => play.device === null || !fineDevices.has(play.device))
    .map((play) => {
      const isHome = isFine(play) || (play.network !== null && homes.has(play.network))
      return isHome && !play.isLan ? { ...play, isLan: true } : play
    })
}
