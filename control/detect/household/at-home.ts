import type { PlayRecord } from '#domain/types'
import { settleDevices } from '../devices/derived-devices.ts'
import { normalisePlays } from '../normalise.ts'
import { excuser } from '../scoring/feedback.ts'
import type { Feedback } from '../types.ts'

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
): PlayRecord[] => {
  const isHeld = holder(knowledge)
  const told = placeAtHome(normalisePlays(plays, now).filter(isHeld), knowledge)
  // An operator names a device as the edge does, or as we show it.
  return settleDevices(told).filter(isHeld)
}

/** Tells the plays of devices that nobody called fine. */
const holder = ({ feedback = {} }: HomeKnowledge): ((play: PlayRecord) => boolean) => {
  const fine = new Set(feedback.devices)
  return ({ device }) => device === null || !fine.has(device)
}

/**
 * Puts plays over the server's own line, and those an operator called fine, on the LAN, where nothing is held
 * against them.
 */
const placeAtHome = (
  plays: readonly PlayRecord[],
  { feedback = {}, homeNetworks = [] }: HomeKnowledge,
): PlayRecord[] => {
  const homes = new Set(homeNetworks)
  const isFine = excuser(feedback)
  return plays.map((play) => {
    const isHome = isFine(play) || (play.network !== null && homes.has(play.network))
    return isHome && !play.isLan ? { ...play, isLan: true } : play
  })
}
