import type { PlayRecord } from '#domain/types'
import { DETECTORS, inspectWith, mayFindAny } from '../detectors/index.ts'
import type { ChannelPopularity } from '../household/homes/channel-popularity.ts'
import { endOf } from '../normalise.ts'
import { type DetectionRule, MAX_RECENT_PLAYS } from '../rules/rule-types.ts'
import { isInScope } from '../rules/rules.ts'
import type { Finding } from '../types.ts'
import { alarmsOf, homesLast, type IsAlarm } from './alarms.ts'

const HOUR_MS = 3_600_000
const MINUTE_MS = 60_000

/** A finding and the rule that made it. */
export interface RuleFinding {
  readonly rule: string
  readonly finding: Finding
  /** The play it is about. */
  readonly play: PlayRecord
}

export interface InspectOptions {
  /** Another judge of what is raised than the account's homes. */
  readonly asked?: IsAlarm
  readonly homesFirst?: boolean
  /** What everybody watches; unknown when left out. */
  readonly popularity?: ChannelPopularity | undefined
}

/** The window of a rule, in milliseconds; 0 if it has none. */
export const windowMsOf = (rule: DetectionRule): number =>
  'window_hours' in rule.params ? rule.params.window_hours * HOUR_MS : 0

/** The plays before a moving place in a list, back to another that moves too. */
class RecentPlays {
  private readonly plays: PlayRecord[] = []
  private readonly all: readonly PlayRecord[]
  private from = 0
  private to = 0

  constructor(all: readonly PlayRecord[]) {
    this.all = all
  }

  /** Moves on to the plays from index `from` up to but without `to`; neither may go back. */
  move(from: number, to: number): readonly PlayRecord[] {
    if (from >= this.to) {
      this.plays.length = 0
      this.to = from
    } else {
      for (; this.from < from; this.from += 1) this.plays.shift()
    }
    for (; this.to < to; this.to += 1) {
      const play = this.all[this.to]
      if (play !== undefined) this.plays.push(play)
    }
    this.from = from
    return this.plays
  }
}

const inspectRule = (
  rule: DetectionRule,
  plays: readonly PlayRecord[],
  { isAlarm, popularity }: { isAlarm: IsAlarm; popularity: ChannelPopularity | undefined },
): RuleFinding[] => {
  const found: RuleFinding[] = []
  const windowMs = windowMsOf(rule)
  const { everyMs } = DETECTORS[rule.kind]
  const recent = new RecentPlays(plays)
  let from = 0
  let quietUntil = Number.NEGATIVE_INFINITY
  let judgedAt = Number.NEGATIVE_INFINITY
  for (let i = 0; i < plays.length; i += 1) {
    const event = plays[i]
    if (event === undefined) break
    const isLast = i === plays.length - 1
    if (event.startedAt < quietUntil || !isInScope(rule, event)) continue
    if (event.startedAt - judgedAt < everyMs && !(everyMs > 0 && isLast)) continue
    judgedAt = event.startedAt
    const since = event.startedAt - windowMs
    while ((plays[from]?.startedAt ?? Number.POSITIVE_INFINITY) < since) from += 1
    const nearest = everyMs > 0 ? from : Math.max(from, i - MAX_RECENT_PLAYS)
    const finding = inspectWith(rule, event, recent.move(nearest, i), popularity)
    if (finding === null || !isAlarm(finding)) continue
    found.push({ rule: rule.id, finding, play: event })
    quietUntil = event.startedAt + rule.cool_down_minutes * MINUTE_MS
  }
  return found
}

/**
 * Runs rules over the normalised plays of one account, as they would have run live; oldest finding first. What the
 * account's own homes explain is no finding. Who judges the homes anyway asks for them first: where they explain everything about
 * distant plays, it is not looked for.
 */
export const inspectPlays = (
  plays: readonly PlayRecord[],
  rules: readonly DetectionRule[],
  { asked, homesFirst = false, popularity }: InspectOptions = {},
): RuleFinding[] => {
  const last = plays.at(-1)
  if (last === undefined) return []
  const found: RuleFinding[] = []
  const findings = (): Finding[] => found.map(({ finding }) => finding)
  const { isAlarm, isNoneApart } = alarmsOf(plays, endOf(last), findings, popularity)
  const isDue = (rule: DetectionRule): boolean =>
    mayFindAny(rule, plays) && !(homesFirst && isNoneApart(rule))
  for (const rule of homesLast(rules))
    if (isDue(rule))
      found.push(...inspectRule(rule, plays, { isAlarm: asked ?? isAlarm, popularity }))
  return found.sort((a, b) => a.finding.at - b.finding.at || (a.rule < b.rule ? -1 : 1))
}
