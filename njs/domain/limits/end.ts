import type { ReasonId } from '../reasons.ts'
import { expire, tidy } from './expire.ts'
import { judge } from './judge.ts'
import type { AccountState, Effects } from './types.ts'

/** The player has gone; with `refuseMs` the keys are refused from now on. Changes the state it is given. */
export const endSessions = (
  state: AccountState,
  ending: {
    readonly keys: readonly string[]
    readonly reason: ReasonId
    readonly refuseMs: number
  },
  now: number,
  fx: Effects,
): number => {
  const { reason, refuseMs } = ending
  const until = now + refuseMs
  let found = 0
  expire(state, now, fx)
  for (const key of ending.keys) {
    const slot = state.slots[key]
    if (slot && slot.gone === 0) {
      found += 1
      fx.ended.push({ key, slot, reason })
    }
    delete state.slots[key]
    if (until <= now) continue
    state.refused[key] = { until, reason }
    fx.kill.push({ key, until, reason })
  }
  judge(state, now, fx)
  tidy(state, now, fx)
  return found
}

/** Takes back refusals and cap bans; how many there were. Changes the state it is given. */
export const pardonSessions = (
  state: AccountState,
  pardon: { readonly keys: readonly string[]; readonly devices: readonly string[] },
  now: number,
  fx: Effects,
): number => {
  let removed = 0
  expire(state, now, fx)
  for (const key of pardon.keys) {
    if (state.refused[key]) removed += 1
    delete state.refused[key]
  }
  for (const device of pardon.devices) {
    if (state.devices[device]) removed += 1
    delete state.devices[device]
    // The tokens banned with it: nobody names them.
    const channel = device.slice(0, device.indexOf('|') + 1)
    const isToken = (key: string) => key.startsWith(channel) && key.includes('#')
    for (const key of Object.keys(state.devices)) if (isToken(key)) delete state.devices[key]
  }
  return removed
}
