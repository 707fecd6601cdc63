import type { Channel } from '../catalogue/channel.ts'
import { eachInTurns } from '../catalogue/yield-to-event-loop.ts'
import { compileSelection, type Selection } from './selection.ts'

/** A profile that narrows one group for the time being. */
export interface SurgeProfile {
  readonly name: string
  readonly group: string
  readonly channels: Selection
  /** What becomes of running sessions of channels left out. */
  readonly running: 'end' | 'stay'
}

/** A group's channels under surge. */
export interface SurgedChannels {
  readonly kept: readonly Channel[]
  readonly leftOut: readonly Channel[]
}

/** Divides a group's channels by the profiles in force; a channel must be in all of them to be kept. */
export const applySurge = async (
  channels: readonly Channel[],
  profiles: readonly SurgeProfile[],
): Promise<SurgedChannels> => {
  const tests = profiles.map((profile) => compileSelection(profile.channels))
  const kept: Channel[] = []
  const leftOut: Channel[] = []
  await eachInTurns(channels, (channel) => {
    const list = tests.every((isKept) => isKept(channel)) ? kept : leftOut
    list.push(channel)
  })
  return { kept, leftOut }
}
