import type { ReasonId } from '../reasons.ts'
import { expire, tidy } from './expire.ts'
import { judge } from './judge.ts'
import type { AccountState, Effects, Slot } from './types.ts'

/** Whether nobody has played the session, or asked for it again, since it was opened. */
const isUnused = ({ started, asked, opened }: Slot): boolean => started === 0 && asked === opened

/** Ends sessions; with `refuseMs`, their keys are refused for so long (ms). Changes the given state. */
export const endSessions = (
  state: AccountState,
  ending: {
    readonly keys: readonly string[]
    readonly reason: ReasonId
    readonly refuseMs: number
    /** Only sessions that nobody has played, or asked for again. */
    readonly isUnused?: boolean
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
    if (ending.isUnused === true && slot && !isUnused(slot)) continue
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

/** Lifts refusals and bans of the caps, and returns their number. Changes the given state. */
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
    // Also the tokens that were banned with the device, which the caller does not know.
    const channel = device.slice(0, device.indexOf('|') + 1)
    const isToken = (key: string) => key.startsWith(channel) && key.includes('#')
    for (const key of Object.keys(state.devices)) if (isToken(key)) delete state.devices[key]
  }
  return removed
}
