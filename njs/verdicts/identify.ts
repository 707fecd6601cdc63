import type { Identity } from '../domain/channels/protocol.ts'
import { isReasonId, type ReasonId } from '../domain/reasons.ts'
import type { Credential } from '../domain/types.ts'
import { nginxCrypto } from '../platform/crypto.ts'
import { parseJson } from '../platform/json.ts'
import { callControl, networkText, type Request, variable } from '../platform/request.ts'
import { keepText, texts } from '../state/memory.ts'
import { knownCountry } from '../state/policy.ts'
import { countGuess, recallDenial, rememberDenial } from '../state/refusals.ts'

/** How long an identity is kept for use while control is unavailable. */
const KNOWN_MS = 180_000

interface Known {
  readonly identity: Identity
  /** Unix ms after which control is asked again. */
  readonly freshUntil: number
}

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

/** Headers of a question about who this is. */
export const questionOf = (
  r: Request,
  credential: Credential,
  address: string,
): Record<string, string> => {
  return {
    ...doorHeaders(credential),
    'X-Gh-Address': address,
    'X-Gh-Agent': encodeURIComponent(variable(r, 'http_user_agent')),
    'X-Gh-Country': knownCountry(r, address) ?? '',
  }
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

const remember = (name: string, identity: Identity): void => {
  if (identity.ttlSec <= 0) return
  const known: Known = { identity, freshUntil: Date.now() + identity.ttlSec * 1000 }
  keepText('gh_identity', name, JSON.stringify(known), Math.max(KNOWN_MS, identity.ttlSec * 1000))
}

/** The identity of a credential, from the cache or from control (`GET /edge/v1/identify`); a stale one where control is unavailable. A reason id where it is refused. */
export const identify = async (
  r: Request,
  credential: Credential,
  address: string,
): Promise<Identity | ReasonId> => {
  const name = nameOf(credential, address)
  const text = texts('gh_identity').get(name)
  const known = text === undefined ? null : parseJson<Known>(text)
  if (known !== null && known.freshUntil > Date.now()) return known.identity
  const zone = 'gh_guessed'
  const denial =
    credential.kind === 'none'
      ? null
      : (recallDenial(zone, `flood:${networkText(r)}`) ?? recallDenial(zone, name))
  if (denial !== null) return denial
  const answer = await callControl(variable(r, 'gh_inner_socket'), '/identify', {
    headers: questionOf(r, credential, address),
  })
  if (answer.status === 200) {
    const identity = parseJson<Identity>(answer.body)
    remember(name, identity)
    if (identity.country) keepText('gh_country', address, identity.country, 3_600_000)
    return identity
  }
  if (answer.status >= 500) return known?.identity ?? 'control.unavailable'
  texts('gh_identity').delete(name)
  const reason = isReasonId(answer.reason) ? answer.reason : 'token.unknown'
  rememberDenial(zone, name, reason, answer.denyTtl)
  if (credential.kind !== 'none') countGuess(networkText(r), reason)
  return reason
}
