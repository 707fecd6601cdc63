import type { AccountRef } from '#domain/types'
import { limitsOf } from '../../access/admission/limits.ts'
import type { OpenPorts } from '../../access/admission/opening.ts'
import { ownId } from '../../access/admission/viewer.ts'
import type { Decision } from '../../access/authorize/decision.ts'
import type { SessionStore } from '../../sessions/model/session-store.ts'

/** Applies an account's present caps to its running sessions. */
export type ApplyLimits = (account: AccountRef, decision: Decision | null) => Promise<void>

type Ports = Pick<OpenPorts, 'config' | 'catalog' | 'accountById' | 'planOf'>

/** Returns a function that recomputes an account's caps and applies them to its running sessions. */
export const createApplyLimits =
  (sessions: Pick<SessionStore, 'ofAccount' | 'setLimits'>, ports: Ports): ApplyLimits =>
  async (account, decision) => {
    const [session] = await sessions.ofAccount(account)
    const group = session ? ports.catalog.group(session.group) : undefined
    if (!session || !group) return
    const id = ownId(account)
    const record = id === null ? null : await ports.accountById(id)
    const plan = record?.plan ? await ports.planOf(record.plan) : null
    const rule = ports.catalog.rule(session.channel)
    const sources = { decision, account: record, plan, rule, group }
    await sessions.setLimits(account, limitsOf(sources, ports.config().clocks))
  }
