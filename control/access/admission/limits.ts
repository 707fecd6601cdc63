import type { Limits } from '#domain/limits/types'
import type { ChannelRule, Config, GroupConfig } from '../../config/schema/schema.ts'
import type { Account, Plan } from '../../store/tables/records.ts'
import type { Decision } from '../authorize/decision.ts'
import type { OpenChannel } from '../ports.ts'

/** Sources of caps; {@link limitsOf} gives their precedence. */
export interface LimitSources {
  readonly decision: Decision | null
  readonly account: Account | null
  readonly plan: Pick<Plan, 'maxSessions' | 'maxNetworks'> | null
  readonly rule: ChannelRule | undefined
  readonly group: GroupConfig
}

const firstSet = (...values: (number | null | undefined)[]): number =>
  values.find((value): value is number => typeof value === 'number') ?? 0

/** Backend's header, then account, plan, channel rule, group; 0 = no cap. */
export const limitsOf = (sources: LimitSources, clocks: Config['clocks']): Limits => {
  const { decision, account, plan, rule, group } = sources
  const banSec = decision?.account ? decision.authDurationSec : clocks.ban_sec
  // The time of a reservation comes first: Redis looks for it there.
  return {
    reserveMs: clocks.reserve_sec * 1000,
    maxStreams: firstSet(
      decision?.maxSessions,
      account?.maxSessions,
      plan?.maxSessions,
      rule?.max_sessions,
      group.max_sessions,
    ),
    maxNetworks: firstSet(account?.maxNetworks, plan?.maxNetworks, group.max_networks),
    limitation: account?.limitation ?? rule?.limitation ?? group.limitation,
    sameChannel: group.same_channel,
    victim: group.victim,
    banMs: Math.max(banSec, 1) * 1000,
    confirmMs: clocks.confirm_sec * 1000,
    supersedeMs: clocks.supersede_sec * 1000,
    takeoverMs: clocks.takeover_sec * 1000,
  }
}

/** Milliseconds without a request after which a playback is over: films and archives are read ahead, so their clock is longer. */
export const idleMsOf = (
  channel: Pick<OpenChannel, 'isVod' | 'isArchive'>,
  asked: { readonly rest: string; readonly args: string },
  { idle_sec: live, idle_vod_sec: vod }: Config['clocks'],
): number => (channel.isVod || channel.isArchive(asked.rest, asked.args) ? vod : live) * 1000
