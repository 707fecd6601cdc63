import type { EdgePolicy } from '../domain/channels/protocol.ts'
import { mintTicket } from '../domain/credentials/ticket.ts'
import { matchesTag } from '../domain/etag.ts'
import { picturesBelow } from '../domain/pictures/sealed-picture.ts'
import type { ReasonId } from '../domain/reasons.ts'
import { nginxCrypto, randomId } from '../platform/crypto.ts'
import { logError } from '../platform/log.ts'
import { baseUrl } from '../platform/own-address.ts'
import { answer, answerRefusal, internalRedirect, setList } from '../platform/reply.ts'
import { fetchList, type Request, type Variables, variablesOf } from '../platform/request.ts'
import { isListWanted, keepList, listWith, type Slots } from '../state/lists/kept-lists.ts'
import { countIn, currentKid, nowSec, secretOf } from '../state/memory.ts'
import { readPolicy } from '../state/policy.ts'
import { isReady } from '../state/ready.ts'
import { readCredential } from '../verdicts/credential.ts'
import { findReader, type Reader } from '../verdicts/reader.ts'

/** Lists that an edge cuts in a second. Each JavaScript context cuts its own: behind a reload a crowd would be answered late, by all of them at once. */
const MOST_CUT = 64

/** A list and what is its viewer's own. */
interface Sent {
  readonly list: string
  readonly slots: Slots
  readonly ticket: string
  readonly tag: string
  readonly print: string
}

/** Sends the list that is kept here, else has nginx fill in and send its copy. */
const send = (r: Request, variables: Variables, sent: Sent): void => {
  const { list, slots, ticket, tag, print } = sent
  const text = listWith(list, slots, ticket)
  if (text !== null) {
    variables['gh_list_etag'] = tag
    variables['gh_fingerprint'] = print
    return answer(r, 200, {}, text)
  }
  const { live, guide, pictures } = slots
  setList(variables, { tag, list, base: live + ticket, guide: guide + ticket, pictures, print })
  internalRedirect(r, '/_gatehouse/send-list')
}

const mayCut = (list: string, slots: Slots, now: number): boolean =>
  isListWanted(list, slots, now) && countIn('gh_pace', 'lists cut', 1_000) <= MOST_CUT

const serve = (
  r: Request,
  variables: Variables,
  policy: EdgePolicy,
  reader: Reader,
): Promise<void> | void => {
  const { account, group, wonBy } = reader
  const kid = currentKid()
  const secret = kid === null ? null : secretOf(kid)
  if (kid === null || secret === null) return answerRefusal(r, 'edge.not_ready')
  const now = nowSec()
  const base = baseUrl(r, policy.publicUrl)
  // Changes after half the ticket's lifetime: with a 304, the player's ticket is valid for as long again.
  const epoch = Math.floor(now / Math.max(1, group.ticketTtlSec / 2))
  const facts = `${group.listVersion}\0${account}\0${group.id}\0${wonBy}\0${epoch}\0${base}\0${kid}`
  const tag = `W/"${nginxCrypto.sha256(facts).slice(0, 22)}"`
  const asked = variables['http_if_none_match'] ?? ''
  if (asked !== '' && matchesTag(asked, tag))
    return answer(r, 304, { ETag: tag, Vary: 'Accept-Encoding' })
  const ticket = mintTicket(nginxCrypto, secret, {
    kid,
    wonBy,
    issued: now,
    expires: now + group.ticketTtlSec,
    download: randomId(),
    group: group.id,
    account,
  })
  // The same fingerprint as in log lines of openings with this ticket.
  const print = nginxCrypto.sha256(`ticket\0${ticket}`).slice(0, 6)
  const list = `/edge/v1/lists/${encodeURIComponent(group.id)}?v=${encodeURIComponent(group.listVersion)}`
  const slots = {
    live: `${base}/live/`,
    guide: `${base}/epg.xml.gz?ticket=`,
    pictures: picturesBelow(base),
  }
  const sent = { list, slots, ticket, tag, print }
  if (!mayCut(list, slots, now * 1000)) return send(r, variables, sent)
  return fetchList(variables, list).then((text) => {
    keepList(list, slots, text, Date.now())
    send(r, variables, sent)
  })
}

const fail = (r: Request, problem: unknown): void => {
  logError('playlist', problem)
  answerRefusal(r, 'control.unavailable')
}

const judge = (
  r: Request,
  variables: Variables,
  policy: EdgePolicy,
  reader: Reader | ReasonId,
): Promise<void> | void =>
  typeof reader === 'string' ? answerRefusal(r, reader) : serve(r, variables, policy, reader)

const begin = (r: Request): Promise<void> | void => {
  const variables = variablesOf(r)
  const method = variables['request_method']
  if (method === 'OPTIONS') return internalRedirect(r, '/_gatehouse/cors-preflight')
  if (method !== 'GET' && method !== 'HEAD' && method !== 'POST')
    return internalRedirect(r, '/_gatehouse/method-not-allowed')
  const policy = readPolicy()
  if (policy === null || !isReady()) return answerRefusal(r, 'edge.not_ready')
  const credential = readCredential(r)
  if (typeof credential === 'string') return answerRefusal(r, credential)
  const reader = findReader(r, policy, credential)
  if (!(reader instanceof Promise)) return judge(r, variables, policy, reader)
  return reader
    .then((found) => judge(r, variables, policy, found))
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
