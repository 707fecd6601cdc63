import {
  type Action,
  type AppList,
  type AppLogin,
  actionOf,
  informationOf,
  refusalFor,
} from '../../domain/apps/xtream.ts'
import type { AccountFacts, EdgePolicy } from '../../domain/channels/protocol.ts'
import { doorOfPath } from '../../domain/doors/match.ts'
import { matchesTag } from '../../domain/etag.ts'
import { picturesBelow } from '../../domain/pictures/sealed-picture.ts'
import type { ReasonId } from '../../domain/reasons.ts'
import type { Credential } from '../../domain/types.ts'
import { nginxCrypto } from '../../platform/crypto.ts'
import { parseJson } from '../../platform/json.ts'
import { logError } from '../../platform/log.ts'
import { baseUrl } from '../../platform/own-address.ts'
import {
  answer,
  answerJson,
  answerRefusal,
  internalRedirect,
  setList,
} from '../../platform/reply.ts'
import {
  addressText,
  callControl,
  methodOf,
  type Request,
  variable,
  variablesOf,
} from '../../platform/request.ts'
import { nowSec } from '../../state/memory.ts'
import { readPolicy } from '../../state/policy.ts'
import { isReady } from '../../state/ready.ts'
import { fieldsOf, type ReadField, readCredential } from '../../verdicts/credential.ts'
import { questionOf } from '../../verdicts/identify.ts'
import { findReader, type Reader } from '../../verdicts/reader.ts'

/** An app's question, read once. */
interface Asked {
  readonly policy: EdgePolicy
  readonly credential: Credential
  readonly action: Action
  readonly field: ReadField
}

const refuse = (r: Request, reason: ReasonId): void => {
  const body = refusalFor(reason)
  if (body === null) return answerRefusal(r, reason)
  variablesOf(r)['gh_reason'] = reason
  answerJson(r, body)
}

/** An app that has only a token gets the equivalent pair: the account's id and the token. */
const loginOf = (credential: Credential, account: string): AppLogin => {
  if (credential.kind === 'xtream') return credential
  const token = credential.kind === 'token' ? credential.token : ''
  return { username: account.replace(/^own:/, ''), password: token }
}

/** While control is away an app still signs in: what is known here is the group. */
const factsWithoutControl = ({ group }: Reader): AccountFacts => ({
  createdSec: 0,
  expiresSec: null,
  active: 0,
  cap: group.cap ?? 0,
  formats: ['ts', 'm3u8'],
})

const factsOf = async (r: Request, { credential }: Asked, reader: Reader) => {
  const headers = questionOf(r, credential, addressText(r))
  const told = await callControl(variable(r, 'gh_inner_socket'), '/account', { headers })
  return told.status === 200 ? parseJson<AccountFacts>(told.body) : factsWithoutControl(reader)
}

const informationFor = async (r: Request, asked: Asked, reader: Reader) =>
  informationOf(loginOf(asked.credential, reader.account), await factsOf(r, asked, reader), {
    base: baseUrl(r, asked.policy.publicUrl),
    nowSec: nowSec(),
  })

interface ListWish {
  readonly list: AppList
  /** Rows of one category; of all where it is not set. */
  readonly category?: string
  readonly own?: string
}

/** Sends what control rendered once for the group; `own` is put in where it stands for the account. */
const sendList = (
  r: Request,
  { policy }: Pick<Asked, 'policy'>,
  { group }: Reader,
  { list, category = '', own = '' }: ListWish,
): void => {
  const query = `v=${encodeURIComponent(group.listVersion)}${category === '' ? '' : `&category=${category}`}`
  const uri = `/edge/v1/lists/${encodeURIComponent(group.id)}/${list}?${query}`
  const pictures = picturesBelow(baseUrl(r, policy.publicUrl))
  const tag = `W/"${nginxCrypto.sha256(`${uri}\0${own}\0${pictures}`).slice(0, 22)}"`
  const seen = variable(r, 'http_if_none_match')
  if (seen !== '' && matchesTag(seen, tag))
    return answer(r, 304, { ETag: tag, 'Cache-Control': 'private, no-cache' })
  setList(variablesOf(r), { tag, list: uri, base: own, print: '', pictures })
  internalRedirect(r, '/_gatehouse/send-list')
}

/** Programmes of one channel; the time makes them stale, so they are not kept. */
const sendListing = (
  r: Request,
  { group }: Reader,
  form: 'short' | 'table',
  field: ReadField,
): void => {
  const number = field('stream_id') || field('epg_id')
  if (!/^[12]\d{9}$/.test(number)) return answerJson(r, '{"epg_listings":[]}')
  const limit = /^\d{1,4}$/.test(field('limit')) ? field('limit') : '0'
  const list = `/edge/v1/guides/${encodeURIComponent(group.id)}/${number}?form=${form}&limit=${limit}`
  setList(variablesOf(r), { tag: '', list, base: '', print: '' })
  internalRedirect(r, '/_gatehouse/send-list')
}

const sendPanel = async (r: Request, asked: Asked, reader: Reader): Promise<void> => {
  const information = JSON.stringify(await informationFor(r, asked, reader))
  sendList(r, asked, reader, { list: 'panel', own: information.slice(1, -1) })
}

/** The number of a category, empty where all are meant; what is none finds nothing. */
const categoryOf = (text: string): string => {
  const isAll = text === '' || text === '0' || text === '*' || text === 'all'
  return isAll ? '' : /^\d{1,10}$/.test(text) ? text : '0'
}

const serve = (r: Request, asked: Asked, reader: Reader): Promise<void> | void => {
  const { action, field } = asked
  if (action.kind === 'nothing') return answerJson(r, action.body)
  if (action.kind === 'guide') return sendListing(r, reader, action.form, field)
  if (action.kind === 'information')
    return informationFor(r, asked, reader).then((told) => answerJson(r, JSON.stringify(told)))
  if (action.list === 'panel') return sendPanel(r, asked, reader)
  const category = action.list === 'live-streams' ? categoryOf(field('category_id')) : ''
  sendList(r, asked, reader, { list: action.list, category })
}

const judge = (r: Request, asked: Asked, reader: Reader | ReasonId): Promise<void> | void =>
  typeof reader === 'string' ? refuse(r, reader) : serve(r, asked, reader)

const begin = (r: Request): Promise<void> | void => {
  const method = methodOf(r)
  if (method === 'OPTIONS') return internalRedirect(r, '/_gatehouse/cors-preflight')
  const policy = readPolicy()
  if (policy === null || !isReady()) return answerRefusal(r, 'edge.not_ready')
  const isPanel = doorOfPath(variable(r, 'uri'))?.id === 'xtream-panel'
  if (isPanel && policy.panelApi !== true) return answer(r, 404, {})
  const field = fieldsOf(r)
  const credential = readCredential(r, field)
  if (typeof credential === 'string') return refuse(r, credential)
  const action: Action = isPanel ? { kind: 'list', list: 'panel' } : actionOf(field('action'))
  const asked = { policy, credential, action, field }
  const reader = findReader(r, policy, credential)
  return reader instanceof Promise
    ? reader.then((found) => judge(r, asked, found))
    : judge(r, asked, reader)
}

/** js_content: what IPTV apps ask of `player_api.php` and `panel_api.php`. */
export const playerApi = async (r: Request): Promise<void> => {
  try {
    await begin(r)
  } catch (problem) {
    logError('playerApi', problem)
    answerRefusal(r, 'control.unavailable')
  }
}
