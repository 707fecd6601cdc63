import { nginxCrypto } from './crypto.ts'
import type { Identity } from './domain/protocol.ts'
import { isReasonId, type ReasonId } from './domain/reasons.ts'
import type { Credential } from './domain/types.ts'
import { parseJson } from './json.ts'
import { texts, trySet } from './memory.ts'
import { knownCountry, networkGroup } from './policy.ts'
import { countGuess, recallDenial, rememberDenial } from './refusals.ts'
import { callControl, networkText, type Request, variable } from './request.ts'

const doorHeaders = (credential: Credential): Record<string, string> => {
  if (credential.kind === 'token')
    return { 'X-Gh-Door': 'token', 'X-Gh-Token': encodeURIComponent(credential.token) }
  if (credential.kind === 'xtream')
    return {
      'X-Gh-Door': 'xtream',
      'X-Gh-User': encodeURIComponent(credential.username),
      'X-Gh-Password': encodeURIComponent(credential.password),
    }
  return {}
}

const nameOf = (credential: Credential, address: string): string => {
  const secret =
    credential.kind === 'token'
      ? credential.token
      : credential.kind === 'xtream'
        ? `${credential.username}\0${credential.password}`
        : ''
  return nginxCrypto.sha256(`${credential.kind}\0${secret}\0${address}`).slice(0, 16)
}

/** Asks control who this is; answers are remembered for as long as control says. */
export const identify = async (
  r: Request,
  credential: Credential,
  address: string,
): Promise<Identity | ReasonId> => {
  const name = nameOf(credential, address)
  const known = texts('gh_identity').get(name)
  if (known !== undefined) return parseJson<Identity>(known)
  const zone = 'gh_guessed'
  const denial =
    credential.kind === 'none'
      ? null
      : (recallDenial(zone, `flood:${networkText(r)}`) ?? recallDenial(zone, name))
  if (denial !== null) return denial
  const network = networkGroup(r)
  const headers: Record<string, string> = {
    ...doorHeaders(credential),
    'X-Gh-Address': address,
    'X-Gh-Agent': encodeURIComponent(variable(r, 'http_user_agent')),
    'X-Gh-Country': knownCountry(r, address) ?? '',
  }
  if (network)
    Object.assign(headers, { 'X-Gh-Group': encodeURIComponent(network), 'X-Gh-Won-By': 'network' })
  const told = await callControl(variable(r, 'gh_inner'), '/identify', { headers })
  if (told.status === 200) {
    const identity = parseJson<Identity>(told.body)
    if (identity.ttlSec > 0) trySet(texts('gh_identity'), name, told.body, identity.ttlSec * 1000)
    if (identity.country) trySet(texts('gh_country'), address, identity.country, 3_600_000)
    return identity
  }
  if (told.status >= 500) return 'control.unavailable'
  const reason = isReasonId(told.reason) ? told.reason : 'token.unknown'
  rememberDenial(zone, name, reason, told.denyTtl)
  if (credential.kind !== 'none') countGuess(networkText(r), reason)
  return reason
}
