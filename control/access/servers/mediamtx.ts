import type { JsonClient } from '../../sources/http/json-client.ts'
import { type Fields, fieldsOf, textOf } from '../../sources/model/read-fields.ts'
import type { HookPlay } from '../admission/hook-play.ts'
import { createApiClient, hostOfRemote, itemsOf, orMissing } from './api-client.ts'
import { channelOfStream, tokenOfQuery } from './names.ts'
import type { ServerAccess, ServerApi } from './server-api.ts'

/** What MediaMTX lists, by the name of the list, and the protocol of its playbacks. */
const LISTS: readonly (readonly [list: string, proto: string])[] = [
  ['rtspsessions', 'rtsp'],
  ['rtspssessions', 'rtsps'],
  ['rtmpconns', 'rtmp'],
  ['rtmpsconns', 'rtmps'],
  ['hlssessions', 'hls'],
  ['srtconns', 'srt'],
  ['webrtcsessions', 'webrtc'],
]
/** Lists of connections that carry the sessions of a list. */
const CONNECTIONS: Readonly<Record<string, string>> = {
  rtspsessions: 'rtspconns',
  rtspssessions: 'rtspsconns',
}
const PAGE = 500
const MOST_PAGES = 200

/** Where a playback is ended: the list it is in, and its id there. */
interface Handle {
  readonly list: string
  readonly id: string
}

const pagesOf = async (client: JsonClient, list: string): Promise<readonly Fields[]> => {
  const path = `/v3/${list}/list`
  const all: Fields[] = []
  for (let page = 0; page < MOST_PAGES; page += 1) {
    const query = { itemsPerPage: PAGE, page }
    const answer = await orMissing(async () => await client.ask({ path, query }))
    // The protocol is turned off, or this version has no such list.
    if (answer === null) return all
    all.push(...itemsOf(answer.data, 'items', path))
    if (page + 1 >= Number(fieldsOf(answer.data)['pageCount'] ?? 0)) return all
  }
  return all
}

const bytesOf = (item: Fields): number => {
  const bytes = Number(item['outboundBytes'] ?? item['bytesSent'] ?? 0)
  return Number.isSafeInteger(bytes) && bytes > 0 ? bytes : 0
}

const isPlayback = (item: Fields): boolean =>
  (item['state'] === undefined || item['state'] === 'read') && item['isCDN'] !== true

/** The connections of each RTSP session, by the session's id. */
const connectionsOf = async (client: JsonClient, list: string): Promise<Map<string, string[]>> => {
  const connections = CONNECTIONS[list]
  const found = new Map<string, string[]>()
  if (connections === undefined) return found
  for (const item of await pagesOf(client, connections)) {
    const session = textOf(item['session'])
    if (session !== '') found.set(session, [...(found.get(session) ?? []), textOf(item['id'])])
  }
  return found
}

/**
 * The control API of MediaMTX (mediamtx.org/docs/references/control-api). It asks about RTSP by the id of the connection
 * and ends it by the id of the session, so that both lists are read; every other protocol has one id.
 */
export const createMediaMtxApi = (access: ServerAccess): ServerApi => {
  const client = createApiClient('MediaMTX', access)
  let handles = new Map<string, Handle>()
  const readList = async ([list, proto]: (typeof LISTS)[number], into: Map<string, Handle>) => {
    const sessions = (await pagesOf(client, list)).filter(isPlayback)
    const carried = sessions.length === 0 ? null : await connectionsOf(client, list)
    return sessions.map((item): HookPlay => {
      const id = textOf(item['id'])
      const ids = carried?.get(id) ?? []
      const playback = ids.find((one) => handles.has(one)) ?? ids[0] ?? id
      into.set(playback, { list, id })
      const query = textOf(item['query'])
      return {
        server: access.server,
        playback,
        channel: channelOfStream(textOf(item['path'])),
        proto,
        address: hostOfRemote(textOf(item['remoteAddr'])),
        token: tokenOfQuery(query),
        userAgent: textOf(item['userAgent']) || null,
        referer: null,
        host: null,
        qs: '',
        quietSec: access.quietSec,
        bytes: bytesOf(item),
      }
    })
  }
  const list = async (): Promise<readonly HookPlay[]> => {
    const found = new Map<string, Handle>()
    const plays: HookPlay[] = []
    for (const row of LISTS) plays.push(...(await readList(row, found)))
    handles = found
    return plays
  }
  return {
    list,
    kick: async (playback) => {
      if (!handles.has(playback)) await list()
      const handle = handles.get(playback)
      if (handle === undefined) return false
      const path = `/v3/${handle.list}/kick/${encodeURIComponent(handle.id)}`
      const answer = await orMissing(async () => await client.ask({ method: 'POST', path }))
      handles.delete(playback)
      return answer !== null
    },
    close: async () => await client.close(),
  }
}
