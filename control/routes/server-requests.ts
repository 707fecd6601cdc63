import { isIP } from 'node:net'
import { checkedPlay, type ReadPlay } from '../access/servers/checked-play.ts'
import type { HookServer } from '../access/servers/hook-server.ts'
import { channelOfStream, tokenOfQuery } from '../access/servers/names.ts'
import { type Fields, fieldsOf, textOf } from '../sources/model/read-fields.ts'

/** What a request of another server is about. */
export type ServerRequest =
  /** Somebody wants to play; `former` is to be closed before, where it is the same viewer. */
  | { readonly what: 'open'; readonly read: ReadPlay; readonly former?: ReadPlay }
  | { readonly what: 'close'; readonly read: ReadPlay }
  /** Nothing that plays: publishing, recordings, the server's own interface. */
  | { readonly what: 'inside'; readonly address: string }
  /** Nothing to decide. */
  | { readonly what: 'note' }
  | { readonly what: 'malformed'; readonly why: string }

const NOTHING = { userAgent: null, referer: null, host: null, qs: '', bytes: 0 }

const idOf = (server: HookServer): string => `${server.kind}-${server.name}`

const malformed = (why: string): ServerRequest => ({ what: 'malformed', why })

/**
 * Reads a request of MediaMTX (mediamtx.org/docs/usage/authentication, `authMethod: http`). Its token is a bearer token, `?token=`
 * or `?jwt=` in the address, or the password. Requests without an id are for the player page, or of versions that ask at
 * every request of HLS: they count as the playback of that viewer until the one with an id comes.
 */
export const readMediaMtx = (body: Fields, server: HookServer): ServerRequest => {
  const [action, address, id] = [textOf(body['action']), textOf(body['ip']), textOf(body['id'])]
  if (action === '') return malformed('the action is missing')
  if (action !== 'read') return { what: 'inside', address }
  const query = textOf(body['query'])
  const token = textOf(body['token']) || tokenOfQuery(query) || textOf(body['password']) || null
  const userAgent = textOf(body['userAgent']) || null
  const draft = {
    ...NOTHING,
    server: idOf(server),
    playback: JSON.stringify([address, token]),
    channel: channelOfStream(textOf(body['path'])),
    proto: textOf(body['protocol']) || null,
    address,
    token,
    userAgent,
    quietSec: server.quietSec,
  }
  const page = checkedPlay(draft)
  if (id === '') return { what: 'open', read: page }
  return { what: 'open', read: checkedPlay({ ...draft, playback: id }), former: page }
}

/** The protocol by the address SRS was asked at; HLS has its context in the arguments. */
const protoOfSrs = (url: string, param: string): string => {
  if (param.includes('hls_ctx=')) return 'hls'
  return /^([a-z]+):/.exec(url)?.[1] ?? 'rtmp'
}

/** Reads a callback of SRS (ossrs.net/lts/en-us/docs/v6/doc/http-callback): `on_play`, `on_stop`, `on_publish` and others. */
export const readSrs = (body: Fields, server: HookServer): ServerRequest => {
  const [action, address] = [textOf(body['action']), textOf(body['ip'])]
  if (!action.startsWith('on_')) return malformed('the action is none of SRS')
  if (action === 'on_publish') return { what: 'inside', address }
  if (action !== 'on_play' && action !== 'on_stop') return { what: 'note' }
  const read = checkedPlay({
    ...NOTHING,
    server: idOf(server),
    playback: textOf(body['client_id']),
    channel: channelOfStream(textOf(body['stream']).replace(/\.(m3u8|flv|ts|mp3|aac)$/, '')),
    proto: protoOfSrs(textOf(body['tcUrl']), textOf(body['param'])),
    address,
    token: tokenOfQuery(textOf(body['param'])),
    referer: textOf(body['pageUrl']) || null,
    quietSec: server.quietSec,
  })
  return { what: action === 'on_play' ? 'open' : 'close', read }
}

const streamOfUrl = (text: string): { channel: string; query: string } | null => {
  if (!URL.canParse(text)) return null
  const { pathname, search } = new URL(text)
  const [, stream = ''] = pathname.split('/').filter((part) => part !== '')
  return { channel: stream, query: search }
}

/**
 * Reads a request of OvenMediaEngine's AdmissionWebhooks (docs.ovenmediaengine.com/access-control/admission-webhooks). The channel is
 * the stream of `/app/stream`. `real_ip` comes from headers that a viewer may send too: it counts only where the
 * connection is from inside, from a proxy.
 */
export const readOvenMediaEngine = (body: Fields, server: HookServer): ServerRequest => {
  const [client, request] = [fieldsOf(body['client']), fieldsOf(body['request'])]
  const status = textOf(request['status'])
  if (status !== 'opening' && status !== 'closing')
    return malformed('the status is neither opening nor closing')
  const near = textOf(client['address'])
  const real = textOf(client['real_ip'])
  const address = server.isInside(near) && isIP(real) !== 0 ? real : near
  const direction = textOf(request['direction'])
  if (direction === 'incoming')
    return status === 'opening' ? { what: 'inside', address: near } : { what: 'note' }
  if (direction !== 'outgoing') return malformed('the direction is neither incoming nor outgoing')
  const url = textOf(request['url'])
  const stream = streamOfUrl(url)
  if (stream === null) return malformed('the url is none')
  const proto = textOf(request['protocol']).toLowerCase()
  const read = checkedPlay({
    ...NOTHING,
    server: idOf(server),
    playback: JSON.stringify([near, textOf(client['port']), proto]),
    channel: stream.channel,
    proto: proto === 'llhls' ? 'hls' : proto || null,
    address,
    token: tokenOfQuery(stream.query),
    userAgent: textOf(client['user_agent']) || null,
    quietSec: server.quietSec,
  })
  return { what: status === 'opening' ? 'open' : 'close', read }
}

/** Reads a question of Astra's HTTP request backend: the viewer's arguments, and headers about his session. */
export const readAstra = (headers: Fields, query: Fields, server: HookServer): ServerRequest => ({
  what: 'open',
  read: checkedPlay({
    ...NOTHING,
    server: idOf(server),
    playback: textOf(headers['x-session-id']),
    channel: textOf(headers['x-channel-id']),
    proto: textOf(headers['x-real-path']).endsWith('.m3u8') ? 'hls' : 'mpegts',
    address: textOf(headers['x-real-ip']),
    token: textOf(query['token']) || null,
    userAgent: textOf(headers['x-real-ua']) || null,
    host: textOf(headers['x-real-host']) || null,
    quietSec: server.quietSec,
  }),
})
