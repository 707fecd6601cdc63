import type { AccountFacts } from '#domain/channels/protocol'
import type { ReasonId } from '#domain/reasons'
import type { SessionView } from '../../sessions/model/session-view.ts'
import { identifyForList, type PlaylistRequest } from '../admission/identify.ts'
import { limitsOf } from '../admission/limits.ts'
import type { OpenPorts } from '../admission/opening.ts'
import { identifyViewer } from '../admission/viewer.ts'

export interface AccountFactsPorts extends OpenPorts {
  readonly view: Pick<SessionView, 'list'>
  /** What the channels of a group come as. */
  readonly formats: (group: string) => readonly string[]
}

export type AccountFactsResult =
  | { readonly outcome: 'known'; readonly facts: AccountFacts }
  | { readonly outcome: 'refused'; readonly reason: ReasonId }

const MOST = 1000

/** What an app gets about the account it signs in with: its end, its cap, and how many streams play now. */
export const accountFacts = async (
  ask: PlaylistRequest,
  ports: AccountFactsPorts,
): Promise<AccountFactsResult> => {
  const known = await identifyForList(ask, ports)
  if (known.outcome === 'refused') return known
  const viewer = await identifyViewer(ask.credential, ports, ask.now)
  const group = ports.catalog.group(known.identity.group)
  if (viewer.outcome === 'refused') return viewer
  if (group === undefined) return { outcome: 'refused', reason: 'group.unknown' }
  const { record, account } = viewer
  const plan = record?.plan ? await ports.planOf(record.plan) : null
  const sources = { decision: null, account: record, plan, rule: undefined, group }
  const playing = account === null ? [] : (await ports.view.list({ account, limit: MOST })).items
  return {
    outcome: 'known',
    facts: {
      createdSec: Math.floor((record?.createdAt ?? 0) / 1000),
      expiresSec: record?.expiresAt ? Math.floor(record.expiresAt / 1000) : null,
      active: playing.length,
      cap: limitsOf(sources, ports.config().clocks).maxStreams,
      formats: ports.formats(group.name),
    },
  }
}
