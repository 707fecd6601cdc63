import type { EdgeGroup, EdgePolicy } from '../domain/channels/protocol.ts'
import { lookupAddress } from '../domain/networks/subnets.ts'
import { type Classification, classify } from '../domain/viewer/classify.ts'
import { parseJson } from '../platform/json.ts'
import { type Request, variable, viewerAddress } from '../platform/request.ts'
import { texts } from './memory.ts'
import { liveTable } from './table-halves.ts'

/** Cache of the parsed policy: parsing costs more than the rest of a playlist request. */
const parsed: { version: string; policy: EdgePolicy | null } = { version: '', policy: null }

/** The policy in force; `null` until the first sync. */
export const readPolicy = (): EdgePolicy | null => {
  const version = texts('gh_texts').get('policyVersion')
  if (version === undefined) return null
  if (parsed.version === version) return parsed.policy
  const text = texts('gh_texts').get('policy')
  if (text === undefined) return null
  parsed.policy = parseJson<EdgePolicy>(text)
  parsed.version = version
  return parsed.policy
}

/** The group with this id; `null` where the policy has none. */
export const findGroup = (policy: EdgePolicy, id: string): EdgeGroup | null =>
  policy.groups.find((group) => group.id === id) ?? null

/** Id of the group whose networks have the viewer's address; `null` = none has, `undefined` = networks are not loaded yet. */
export const networkGroup = (r: Request): string | null | undefined => {
  const table = liveTable('networks')
  if (table === null) return undefined
  const address = viewerAddress(r)
  return address === null ? null : lookupAddress((key) => table.get(key), address)
}

/** ISO code of the viewer's country, from nginx's geoip2 module or else from a recent answer of control; `null` = unknown. */
export const knownCountry = (r: Request, address: string): string | null =>
  variable(r, 'gh_country') || texts('gh_country').get(address) || null

/** Classifies a viewer without asking control: by networks, known country and the given account's group. */
export const classifyLocally = (
  r: Request,
  policy: EdgePolicy,
  address: string,
  accountGroup: string | null,
): Classification | null =>
  classify(policy.groups, {
    networkGroup: networkGroup(r) ?? null,
    country: knownCountry(r, address),
    accountGroup,
  })
