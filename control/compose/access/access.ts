import { mayGoTo } from '#domain/addresses/redirects'
import type { GeoPlace } from '#domain/types'
import { deviceId } from '#domain/viewer/device'
import { userAgentFamily } from '#domain/viewer/user-agent'
import type { CheckPorts } from '../../access/admission/check.ts'
import type { EventRecorder } from '../../access/admission/event-recorder.ts'
import type { OpenPorts } from '../../access/admission/opening.ts'
import { createSigner } from '../../access/admission/signer.ts'
import type { Authorizer } from '../../access/ports.ts'
import type { JudgeLink } from '../../access/signed-links/secure-link.ts'
import type { AccountDirectory } from '../../accounts/account-directory.ts'
import type { Config, PlanConfig } from '../../config/schema/schema.ts'
import { nodeCrypto } from '../../keys/node-crypto.ts'
import type { LineupService } from '../../lineup/lineup-service.ts'
import { createAskProtocol } from '../../playlists/fetch/ask-protocol.ts'
import { createOriginAgent } from '../../playlists/fetch/origin-agent.ts'
import type { BanStore } from '../../sessions/model/ban-store.ts'
import type { SessionStore } from '../../sessions/model/session-store.ts'
import type { SessionView } from '../../sessions/model/session-view.ts'
import type { Persistence } from '../base/persistence.ts'

/** Everything an opening needs. */
export interface AccessParts {
  readonly config: () => Config
  readonly persistence: Persistence
  readonly lineup: LineupService
  readonly authorizer: Authorizer
  readonly links: JudgeLink
  readonly sessions: SessionStore
  readonly bans: BanStore
  readonly view: SessionView
  readonly place: (address: string) => GeoPlace
  readonly recorder: EventRecorder
  readonly lifecycle: OpenPorts['lifecycle'] & CheckPorts['lifecycle']
}

const capsOf = (plan: PlanConfig) => ({
  name: plan.name,
  maxSessions: plan.max_sessions,
  maxNetworks: plan.max_networks,
})

const fromConfig = (plans: readonly PlanConfig[], name: string) => {
  const plan = plans.find((candidate) => candidate.name === name)
  return plan ? capsOf(plan) : null
}

/** Every plan with its caps: those of the configuration before those of the same name kept in SQL. */
export const allPlans = (
  configured: readonly PlanConfig[],
  kept: readonly ReturnType<typeof capsOf>[],
): ReturnType<typeof capsOf>[] => {
  const plans = new Map([...kept, ...configured.map(capsOf)].map((plan) => [plan.name, plan]))
  return [...plans.values()]
}

/** Plans of the configuration before those kept in SQL. */
export const createPlanOf =
  (config: () => Config, directory: AccountDirectory): OpenPorts['planOf'] =>
  async (name) =>
    fromConfig(config().plans, name) ?? (await directory.plan(name))

/** The ports of openings and checks. */
export const createAccess = (parts: AccessParts): OpenPorts & CheckPorts => {
  const { persistence, recorder } = parts
  return {
    config: parts.config,
    catalog: parts.lineup.catalog,
    askProtocol: createAskProtocol(
      (from, to) => mayGoTo(parts.lineup.policy().origins, from, to),
      parts.lineup.protocols,
      { dispatcher: createOriginAgent(() => parts.config().origins) },
    ),
    signer: createSigner(persistence.ring),
    authorizer: parts.authorizer,
    links: parts.links,
    sessions: parts.sessions,
    bans: parts.bans,
    accounts: persistence.accounts,
    accountById: async (id) => await persistence.directory.account(id),
    counts: async (channel) => await parts.view.counts(channel),
    place: parts.place,
    planOf: createPlanOf(parts.config, persistence.directory),
    deviceOf: (account, network, { agent, playback, family: named = null }) => {
      const family = named ?? userAgentFamily(agent)
      const kin = deviceId(nodeCrypto, { account, network, family, playback: null })
      // Most players send no id of a playback.
      if (!playback) return { device: kin, kin, player: family.trim(), family }
      const device = deviceId(nodeCrypto, { account, network, family, playback })
      return { device, kin, player: `${family} ${playback}`.trim(), family }
    },
    record: (event) => recorder.opened(event),
    downloadUsed: (viewer, opening, network) => recorder.downloadUsed(viewer, opening, network),
    lifecycle: parts.lifecycle,
  }
}
