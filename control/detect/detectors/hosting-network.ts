import type { PlayRecord } from '#domain/types'
import { createFinding } from '../finding.ts'
import { hasNetwork } from '../guards.ts'
import { isHosting } from '../network-class.ts'
import type { Inspect, MayFind } from '../rules/rule-types.ts'
import { namedShortly, networksOf } from './cleared-by.ts'

const isCounted = (play: PlayRecord): boolean => hasNetwork(play) && isHosting(play)

/** Whether any play came from a hosting or VPN network. */
export const isAnyHosting: MayFind<'hosting_network'> = (plays) => plays.some(isCounted)

/** Plays from a hosting or VPN network. */
export const inspectHostingNetwork: Inspect<'hosting_network'> = (event, recent, params) => {
  if (!isCounted(event)) return null
  const before = recent.filter(isCounted)
  const count = before.length + 1
  if (count < params.min_plays) return null
  const networks = networksOf([...before, event])
  const owner = event.asnOrg ?? ''
  const are = networks.length === 1 ? 'is' : 'are'
  const plays = count === 1 ? 'A play' : `${count} plays`
  return createFinding(event, before.slice(-4), {
    kind: 'hosting_network',
    severity: 'low',
    confidence: 3,
    summary:
      `${plays} came through a data centre (${owner}): a VPN or a server. ` +
      `Cleared by feedback that ${namedShortly(networks)} ${are} fine as a VPN of the viewer's own.`,
    evidence: {
      count,
      limit: params.min_plays,
      owner,
      networks: networks.slice(0, 50),
    },
  })
}
