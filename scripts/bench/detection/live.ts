import { readFileSync } from 'node:fs'
import type { PlayRecord } from '#domain/types'
import { preparePlays } from '../../../control/detect/household/prepare-plays.ts'
import { longestWindowMs } from '../../../control/detect/judge/inspect-event.ts'
import { createAccountWindow } from '../../../control/detect/live/account-window.ts'
import { judgeLive, REVIEW_WINDOW_MS } from '../../../control/detect/live/judge-live.ts'
import { defaultRules } from '../../../control/detect/rules/rules.ts'
import { positive, readOptions } from '../../options.ts'
import { accountPlays, MADE_UNTIL } from './made-accounts.ts'

const USAGE = 'usage: npm run bench:live -- [--accounts 5000] [--plays 100] [--events 3000]'

const values = readOptions(USAGE, {
  accounts: { type: 'string' },
  plays: { type: 'string' },
  events: { type: 'string' },
})
const accounts = positive(values.accounts, 5000)
const plays = positive(values.plays, 100)
const events = positive(values.events, 3000)
const DAYS = 60
const GOAL_US = 1000
const PRIME = 7919

const rules = defaultRules()
const windowMs = longestWindowMs(rules) + REVIEW_WINDOW_MS
const history = Array.from({ length: accounts }, (_, i) => accountPlays(i, plays, DAYS))
const nameOf = (index: number): string => `own:${index}`
const window = createAccountWindow({
  history: {
    playsOfEach: async (wanted) =>
      await Promise.resolve(wanted.flatMap((account) => history[Number(account.slice(4))] ?? [])),
  },
  now: () => MADE_UNTIL,
  maxPlays: 2 * accounts * plays,
})

/** A play that begins now, as the account's last one did. */
const begun = (index: number, turn: number): PlayRecord => {
  const last = history[index]?.at(-1)
  if (last === undefined) throw new Error(`account ${index} has no plays`)
  return {
    ...last,
    id: `live-${turn}`,
    startedAt: MADE_UNTIL,
    lastSeenAt: MADE_UNTIL,
    endedAt: null,
  }
}

/** Processor time of the main thread so far, in microseconds: pauses of the garbage collector included, helpers of Node not. */
const spent = (): number => {
  // The kernel brings its count up to date for who asks for all threads; what it wrote down for one may be a tick old.
  process.cpuUsage()
  const text = readFileSync(`/proc/self/task/${process.pid}/schedstat`, 'utf8')
  return Number(text.split(' ')[0]) / 1000
}

/** Judges one event as it arrives; returns the processor time it took, in microseconds. */
const judge = async (index: number, turn: number): Promise<number> => {
  const event = begun(index, turn)
  const before = spent()
  const known = preparePlays(await window.plays(nameOf(index), [event], windowMs), MADE_UNTIL)
  judgeLive({ plays: known, rules, since: event.startedAt, existing: [] })
  return spent() - before
}

for (let at = 0; at < accounts; at += 100)
  await window.preload(
    Array.from({ length: Math.min(100, accounts - at) }, (_, i) => nameOf(at + i)),
    windowMs,
  )
// A control plane runs for weeks: every account is judged once before, and what judges them is compiled.
for (let turn = 0; turn < accounts; turn += 1) await judge((turn * PRIME) % accounts, -1 - turn)
const times: number[] = []
for (let turn = 0; turn < events; turn += 1)
  times.push(await judge((turn * PRIME) % accounts, turn))
times.sort((a, b) => a - b)
const at = (share: number): number =>
  Math.round(times[Math.min(events - 1, Math.floor(events * share))] ?? 0)
console.log(
  `${events} live events, ${accounts} accounts of ${plays} plays in memory, ${rules.length} rules`,
)
console.log(
  `processor time of one: p50 ${at(0.5)} µs, p90 ${at(0.9)} µs, p99 ${at(0.99)} µs (goal ${GOAL_US}), most ${at(1)} µs`,
)
process.exitCode = at(0.99) <= GOAL_US ? 0 : 1
