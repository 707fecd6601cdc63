import type { PlayRecord } from '#domain/types'
import { settleDevices } from './derived-devices.ts'
import { excuser } from './feedback.ts'
import { normalisePlays } from './normalise.ts'
import type { Feedback } from './types.ts'

/** What is known to be home besides the LAN. */
export interface HomeKnowledge {
  readonly feedback?: Feedback | undefined
  /** Network keys of the media server's own home. */
  readonly homeNetworks?: readonly string[] | undefined
}

/** Plays as every judgement wants them: in order, once each, with lasting devices and home known for home. */
export const knownPlays = (
  plays: readonly PlayRecord[],
  now: number,
  knowledge: HomeKnowledge = {},
): PlayRecord[] => settleDevices(placeAtHome(normalisePlays(plays, now), knowledge))

/**
 * Puts plays over the server's own line, and those an operator called fine, on the LAN, where nothing is held
 * against them; plays of a device called fine are left out.
 */
const placeAtHome = (
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
