import type { EdgeGroup, EdgePolicy } from '../domain/channels/protocol.ts'
import { encodeBase64url } from '../domain/credentials/encoding.ts'
import { mintTicket } from '../domain/credentials/ticket.ts'
import { matchesTag } from '../domain/etag.ts'
import type { ReasonId } from '../domain/reasons.ts'
import type { Credential } from '../domain/types.ts'
import { type Classification, classify } from '../domain/viewer/classify.ts'
import { nginxCrypto, randomBytes } from '../platform/crypto.ts'
import { logError } from '../platform/log.ts'
import { answer, answerRefusal, internalRedirect, setList } from '../platform/reply.ts'
import {
  addressText,
  askedHost,
  methodOf,
  networkText,
  type Request,
  variable,
  variablesOf,
} from '../platform/request.ts'
import { currentKid, nowSec, secretOf } from '../state/memory.ts'
import { findGroup, knownCountry, networkGroup, readPolicy } from '../state/policy.ts'
import { isReady } from '../state/ready.ts'
import { findBan } from '../state/refusals.ts'
import { readCredential } from '../verdicts/credential.ts'
import { identify } from '../verdicts/identify.ts'

/** Who gets which list. */
interface Reader {
  readonly account: string
  readonly group: EdgeGroup
  readonly wonBy: Classification['wonBy']
}

/** Who asks, read once: each look at the address costs as much as a look into shared memory. */
interface Viewer {
  readonly address: string
  readonly network: string
  /** Group whose networks hold the viewer. */
  readonly owner: string | null
}

const readerOf = (
  policy: EdgePolicy,
  found: Classification | null,
  account: string,
): Reader | ReasonId => {
  const group = found && findGroup(policy, found.group)
  if (!found || !group) return 'group.none'
  if (group.requiresAccount && account.startsWith('net:')) return 'token.missing'
  return { account, group, wonBy: found.wonBy }
}

/** Who somebody without a secret is: the edge's own knowledge; `null` where only a country would tell. */
const findHere = (r: Request, policy: EdgePolicy, viewer: Viewer): Reader | ReasonId | null => {
  const { owner, address, network } = viewer
  const matters = policy.groups.some((group) => group.countries.length > 0)
  const country = matters ? knownCountry(r, address) : null
  if (matters && owner === null && country === null) return null
  const facts = { networkGroup: owner, country, accountGroup: null }
  return readerOf(policy, classify(policy.groups, facts), `net:${network}`)
}

/** Who reads, as control says. */
const findThere = async (
  r: Request,
  policy: EdgePolicy,
  credential: Credential,
  viewer: Viewer,
): Promise<Reader | ReasonId> => {
  const { owner, address, network } = viewer
  const identity = await identify(r, credential, address)
  const account = `net:${network}`
  if (typeof identity !== 'string')
    return readerOf(
      policy,
      { group: identity.group, wonBy: identity.wonBy },
      identity.account ?? account,
    )
  // Without control nobody's country is known: what remains is the default group.
  if (credential.kind !== 'none' || identity !== 'control.unavailable') return identity
  const facts = { networkGroup: owner, country: knownCountry(r, address), accountGroup: null }
  return readerOf(policy, classify(policy.groups, facts), account)
}

const schemeOf = (r: Request): string => {
  const isProxied = variable(r, 'realip_remote_addr') !== variable(r, 'remote_addr')
  const told = isProxied ? variable(r, 'http_x_forwarded_proto') : ''
  return told === 'https' || told === 'http' ? told : variable(r, 'scheme')
}

/** For players of HTTP/1.0, which name no host. */
const ownHost = (r: Request): string => {
  const address = variable(r, 'server_addr')
  return `${address.includes(':') ? `[${address}]` : address}:${variable(r, 'server_port')}`
}

const baseUrl = (r: Request, policy: EdgePolicy): string => {
  if (policy.publicUrl !== null) return policy.publicUrl.replace(/\/+$/, '')
  const asked = askedHost(r)
  const isPlain = /^[A-Za-z0-9._:[\]-]{1,255}$/.test(asked)
  const host = isPlain ? asked : asked === '' ? ownHost(r) : variable(r, 'host')
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
  setList(variablesOf(r), {
    tag,
    list,
    base: `${base}/live/${ticket}`,
    // The same as in the lines of the openings it will lead to.
    print: nginxCrypto.sha256(`ticket\0${ticket}`).slice(0, 6),
  })
  internalRedirect(r, '/_gatehouse/send-list')
}

const fail = (r: Request, problem: unknown): void => {
  logError('playlist', problem)
  answerRefusal(r, 'control.unavailable')
}

const judge = (r: Request, policy: EdgePolicy, viewer: Viewer, reader: Reader | ReasonId): void => {
  if (typeof reader === 'string') return answerRefusal(r, reader)
  const subjects = {
    account: reader.account,
    network: viewer.network,
    download: null,
    channel: '',
    family: '',
    playback: null,
  }
  const ban = findBan(subjects, Date.now())
  if (ban !== null) return answerRefusal(r, ban)
  serve(r, policy, reader)
}

const begin = (r: Request): Promise<void> | void => {
  const method = methodOf(r)
  if (method === 'OPTIONS') return internalRedirect(r, '/_gatehouse/cors-preflight')
  if (method !== 'GET' && method !== 'HEAD' && method !== 'POST')
    return internalRedirect(r, '/_gatehouse/method-not-allowed')
  const policy = readPolicy()
  if (policy === null || !isReady()) return answerRefusal(r, 'edge.not_ready')
  const credential = readCredential(r)
  if (typeof credential === 'string') return answerRefusal(r, credential)
  const owner = networkGroup(r)
  if (owner === undefined) return answerRefusal(r, 'edge.not_ready')
  const viewer = { owner, address: addressText(r), network: networkText(r) }
  const here = credential.kind === 'none' ? findHere(r, policy, viewer) : null
  if (here !== null) return judge(r, policy, viewer, here)
  return findThere(r, policy, credential, viewer)
    .then((reader) => judge(r, policy, viewer, reader))
    .catch((problem: unknown) => fail(r, problem))
}

/** js_content: one address for everybody, each group its own list. Waits only where control must be asked. */
export const playlist = (r: Request): Promise<void> | void => {
  try {
    return begin(r)
  } catch (problem) {
    fail(r, problem)
  }
}
