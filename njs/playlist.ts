import { readCredential } from './credential.ts'
import { nginxCrypto, randomBytes } from './crypto.ts'
import { type Classification, classify } from './domain/classify.ts'
import { encodeBase64url } from './domain/encoding.ts'
import { matchesTag } from './domain/etag.ts'
import type { EdgeGroup, EdgePolicy } from './domain/protocol.ts'
import type { ReasonId } from './domain/reasons.ts'
import { mintTicket } from './domain/ticket.ts'
import type { Credential } from './domain/types.ts'
import { identify } from './identify.ts'
import { complain } from './log.ts'
import { currentKid, nowSec, secretOf } from './memory.ts'
import { findGroup, knownCountry, networkGroup, readPolicy } from './policy.ts'
import { findBan } from './refusals.ts'
import { answer, answerRefusal, handOver, tell } from './reply.ts'
import { addressText, methodOf, networkText, type Request, variable } from './request.ts'

/** Who gets which list. */
interface Reader {
  readonly account: string
  readonly group: EdgeGroup
  readonly wonBy: Classification['wonBy']
}

/** Who somebody without a secret is: the edge's own knowledge, unless only a country would tell. */
const isKnownHere = (r: Request, policy: EdgePolicy, network: string | null): boolean =>
  network !== null ||
  !policy.groups.some((group) => group.countries.length > 0) ||
  knownCountry(r, addressText(r)) !== null

/** Who reads, by the edge's own knowledge where that is enough. */
const findReader = async (
  r: Request,
  policy: EdgePolicy,
  credential: Credential,
): Promise<Reader | ReasonId> => {
  const networkOwner = networkGroup(r)
  if (networkOwner === undefined) return 'edge.not_ready'
  const address = addressText(r)
  let found: Classification | null = null
  let account: string | null = null
  if (credential.kind !== 'none' || !isKnownHere(r, policy, networkOwner)) {
    const identity = await identify(r, credential, address)
    const isAnonymous = credential.kind === 'none'
    // Without control nobody's country is known: what remains is the default group.
    if (typeof identity === 'string' && !(isAnonymous && identity === 'control.unavailable'))
      return identity
    if (typeof identity !== 'string') {
      found = { group: identity.group, wonBy: identity.wonBy }
      account = identity.account
    }
  }
  const facts = { networkGroup: networkOwner, country: null, accountGroup: null }
  found ??= classify(policy.groups, { ...facts, country: knownCountry(r, address) })
  const group = found && findGroup(policy, found.group)
  if (!found || !group) return 'group.none'
  return { account: account ?? `net:${networkText(r)}`, group, wonBy: found.wonBy }
}

const schemeOf = (r: Request): string => {
  const isProxied = variable(r, 'realip_remote_addr') !== variable(r, 'remote_addr')
  const told = isProxied ? variable(r, 'http_x_forwarded_proto') : ''
  return told === 'https' || told === 'http' ? told : variable(r, 'scheme')
}

const baseUrl = (r: Request, policy: EdgePolicy): string => {
  if (policy.publicUrl !== null) return policy.publicUrl.replace(/\/+$/, '')
  const asked = variable(r, 'http_host')
  const host = /^[A-Za-z0-9._:[\]-]{1,255}$/.test(asked) ? asked : variable(r, 'host')
  return `${schemeOf(r)}://${host}`
}

const serve = (r: Request, policy: EdgePolicy, reader: Reader): void => {
  const { account, group, wonBy } = reader
  const kid = currentKid()
  const secret = kid === null ? null : secretOf(kid)
  if (kid === null || secret === null) return answerRefusal(r, 'edge.not_ready')
  const now = nowSec()
  const base = baseUrl(r, policy)
  // Half a life: who gets a 304 still holds a ticket good for as long again.
  const epoch = Math.floor(now / Math.max(1, group.ticketTtlSec / 2))
  const facts = [group.listVersion, account, group.id, wonBy, epoch, base, kid].join('\0')
  const tag = `W/"${nginxCrypto.sha256(facts).slice(0, 22)}"`
  const asked = variable(r, 'http_if_none_match')
  if (asked !== '' && matchesTag(asked, tag)) {
    const headers = {
      ETag: tag,
      Vary: 'Accept-Encoding',
      'Cache-Control': 'private, no-cache',
      'Access-Control-Allow-Origin': '*',
    }
    return answer(r, 304, headers)
  }
  const ticket = mintTicket(nginxCrypto, secret, {
    kid,
    wonBy,
    issued: now,
    expires: now + group.ticketTtlSec,
    download: encodeBase64url(randomBytes(12)),
    group: group.id,
    account,
  })
  const list = `/edge/v1/lists/${encodeURIComponent(group.id)}?v=${encodeURIComponent(group.listVersion)}`
  tell(r, {
    gh_etag: tag,
    gh_list: list,
    gh_base: `${base}/live/${ticket}`,
    // The same as in the lines of the openings it will lead to.
    gh_print: nginxCrypto.sha256(`ticket\0${ticket}`).slice(0, 6),
  })
  handOver(r, '/_gh/list')
}

/** js_content: one address for everybody, each group its own list. */
export const playlist = async (r: Request): Promise<void> => {
  try {
    const method = methodOf(r)
    if (method === 'OPTIONS') return handOver(r, '/_gh/preflight')
    if (method !== 'GET' && method !== 'HEAD' && method !== 'POST')
      return handOver(r, '/_gh/method')
    const policy = readPolicy()
    if (policy === null || currentKid() === null) return answerRefusal(r, 'edge.not_ready')
    const credential = readCredential(r)
    if (typeof credential === 'string') return answerRefusal(r, credential)
    const reader = await findReader(r, policy, credential)
    if (typeof reader === 'string') return answerRefusal(r, reader)
    const subjects = {
      account: reader.account,
      network: networkText(r),
      download: null,
      channel: '',
      userAgent: '',
      playback: null,
    }
    const ban = findBan(subjects, Date.now())
    if (ban !== null) return answerRefusal(r, ban)
    serve(r, policy, reader)
  } catch (problem) {
    complain('playlist', problem)
    answerRefusal(r, 'control.unavailable')
  }
}
