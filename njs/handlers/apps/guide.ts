import type { EdgePolicy } from '../../domain/channels/protocol.ts'
import { doorOfPath } from '../../domain/doors/match.ts'
import { matchesTag } from '../../domain/etag.ts'
import type { ReasonId } from '../../domain/reasons.ts'
import { nginxCrypto } from '../../platform/crypto.ts'
import { logError } from '../../platform/log.ts'
import { baseUrl } from '../../platform/own-address.ts'
import { answer, answerRefusal, internalRedirect, setList } from '../../platform/reply.ts'
import { methodOf, type Request, variable, variablesOf } from '../../platform/request.ts'
import { readPolicy } from '../../state/policy.ts'
import { isReady } from '../../state/ready.ts'
import { fieldsOf, readCredential } from '../../verdicts/credential.ts'
import { findReader, type Reader, readerOfTicket } from '../../verdicts/reader.ts'

/** `gz`: a packed file as it is. `xml`: the same as a packed transfer, which players unpack or get unpacked. */
const formOf = (r: Request): 'gz' | 'xml' =>
  doorOfPath(variable(r, 'uri'))?.id === 'guide-gz' ? 'gz' : 'xml'

const send = (r: Request, policy: EdgePolicy, { group }: Reader): void => {
  const versions = [group.listVersion, policy.guideVersion ?? 'none']
  // A packed guide holds the addresses of pictures whole.
  const isNamed = policy.hasPictures === true && policy.publicUrl === null
  const base = isNamed ? `&base=${encodeURIComponent(baseUrl(r, null))}` : ''
  const query = `v=${versions.map(encodeURIComponent).join('.')}&form=${formOf(r)}${base}`
  const list = `/edge/v1/guides/${encodeURIComponent(group.id)}?${query}`
  const tag = `W/"${nginxCrypto.sha256(list).slice(0, 22)}"`
  const seen = variable(r, 'http_if_none_match')
  if (seen !== '' && matchesTag(seen, tag))
    return answer(r, 304, { ETag: tag, 'Cache-Control': 'private, no-cache' })
  setList(variablesOf(r), { tag, list, base: '', print: '' })
  internalRedirect(r, '/_gatehouse/send-list')
}

const judge = (r: Request, policy: EdgePolicy, reader: Reader | ReasonId): void =>
  typeof reader === 'string' ? answerRefusal(r, reader) : send(r, policy, reader)

const begin = (r: Request): Promise<void> | void => {
  if (methodOf(r) === 'OPTIONS') return internalRedirect(r, '/_gatehouse/cors-preflight')
  const policy = readPolicy()
  if (policy === null || !isReady()) return answerRefusal(r, 'edge.not_ready')
  const field = fieldsOf(r)
  const ticket = field('ticket')
  const credential = ticket === '' ? readCredential(r, field) : null
  if (typeof credential === 'string') return answerRefusal(r, credential)
  const reader =
    credential === null ? readerOfTicket(r, policy, ticket) : findReader(r, policy, credential)
  if (!(reader instanceof Promise)) return judge(r, policy, reader)
  return reader.then((found) => judge(r, policy, found))
}

/** js_content: the programme guide, each group its own. */
export const guide = async (r: Request): Promise<void> => {
  try {
    await begin(r)
  } catch (problem) {
    logError('guide', problem)
    answerRefusal(r, 'control.unavailable')
  }
}
