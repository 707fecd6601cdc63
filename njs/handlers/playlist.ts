import type { EdgePolicy } from '../domain/channels/protocol.ts'
import { encodeBase64url } from '../domain/credentials/encoding.ts'
import { mintTicket } from '../domain/credentials/ticket.ts'
import { matchesTag } from '../domain/etag.ts'
import { picturesBelow } from '../domain/pictures/sealed-picture.ts'
import type { ReasonId } from '../domain/reasons.ts'
import { nginxCrypto, randomBytes } from '../platform/crypto.ts'
import { logError } from '../platform/log.ts'
import { baseUrl } from '../platform/own-address.ts'
import { answer, answerRefusal, internalRedirect, setList } from '../platform/reply.ts'
import { methodOf, type Request, variable, variablesOf } from '../platform/request.ts'
import { currentKid, nowSec, secretOf } from '../state/memory.ts'
import { readPolicy } from '../state/policy.ts'
import { isReady } from '../state/ready.ts'
import { readCredential } from '../verdicts/credential.ts'
import { findReader, type Reader } from '../verdicts/reader.ts'

const serve = (r: Request, policy: EdgePolicy, reader: Reader): void => {
  const { account, group, wonBy } = reader
  const kid = currentKid()
  const secret = kid === null ? null : secretOf(kid)
  if (kid === null || secret === null) return answerRefusal(r, 'edge.not_ready')
  const now = nowSec()
  const base = baseUrl(r, policy.publicUrl)
  // Changes after half the ticket's lifetime: with a 304, the player's ticket is valid for as long again.
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
    guide: `${base}/epg.xml.gz?ticket=${ticket}`,
    pictures: picturesBelow(base),
    // The same fingerprint as in log lines of openings with this ticket.
    print: nginxCrypto.sha256(`ticket\0${ticket}`).slice(0, 6),
  })
  internalRedirect(r, '/_gatehouse/send-list')
}

const fail = (r: Request, problem: unknown): void => {
  logError('playlist', problem)
  answerRefusal(r, 'control.unavailable')
}

const judge = (r: Request, policy: EdgePolicy, reader: Reader | ReasonId): void =>
  typeof reader === 'string' ? answerRefusal(r, reader) : serve(r, policy, reader)

const begin = (r: Request): Promise<void> | void => {
  const method = methodOf(r)
  if (method === 'OPTIONS') return internalRedirect(r, '/_gatehouse/cors-preflight')
  if (method !== 'GET' && method !== 'HEAD' && method !== 'POST')
    return internalRedirect(r, '/_gatehouse/method-not-allowed')
  const policy = readPolicy()
  if (policy === null || !isReady()) return answerRefusal(r, 'edge.not_ready')
  const credential = readCredential(r)
  if (typeof credential === 'string') return answerRefusal(r, credential)
  const reader = findReader(r, policy, credential)
  if (!(reader instanceof Promise)) return judge(r, policy, reader)
  return reader
    .then((found) => judge(r, policy, found))
    .catch((problem: unknown) => fail(r, problem))
}

/** js_content: serves the playlist of the viewer's group. Asynchronous only where control must be asked. */
export const playlist = (r: Request): Promise<void> | void => {
  try {
    return begin(r)
  } catch (problem) {
    fail(r, problem)
  }
}
