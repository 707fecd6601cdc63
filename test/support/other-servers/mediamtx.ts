import { randomUUID } from 'node:crypto'
import type { IncomingMessage, ServerResponse } from 'node:http'
import { json, post, type StandIn, startApi, type Viewer } from './stand-in.ts'

const LISTS: Readonly<Record<string, string>> = {
  rtsp: 'rtspsessions',
  rtmp: 'rtmpconns',
  hls: 'hlssessions',
  srt: 'srtconns',
  webrtc: 'webrtcsessions',
}
const MOST = 2

interface Session {
  readonly id: string
  /** RTSP asks by its connection, and ends by its session. */
  readonly connection: string
  readonly list: string
  readonly viewer: Viewer
  readonly path: string
}

/** One page of a list, as the control API divides it. */
const pageOf = (items: readonly unknown[], query: URLSearchParams) => {
  const size = Math.min(MOST, Number(query.get('itemsPerPage') ?? 100))
  const page = Number(query.get('page') ?? 0)
  return {
    itemCount: items.length,
    pageCount: Math.ceil(items.length / size),
    items: items.slice(page * size, (page + 1) * size),
  }
}

/**
 * A MediaMTX as its documentation and source describe it: `authMethod: http`, and the control API with pages of at most
 * two, Basic credentials, and 404 for protocols that are turned off.
 */
export const startMediaMtx = async (
  hook: string,
  password: { readonly file: string; readonly text: string },
): Promise<StandIn> => {
  const sessions = new Map<string, Session>()
  let isAway = false
  const itemsOf = (list: string): unknown[] | null => {
    const all = [...sessions.values()]
    if (list === 'rtspconns')
      return all
        .filter((one) => one.list === 'rtspsessions')
        .map((one) => ({ id: one.connection, session: one.id, remoteAddr: '192.0.2.1:5000' }))
    if (!Object.values(LISTS).includes(list)) return null
    return all
      .filter((one) => one.list === list)
      .map(({ id, viewer, path }) => ({
        id,
        created: new Date().toISOString(),
        remoteAddr: `${viewer.address}:40000`,
        state: list === 'hlssessions' ? undefined : 'read',
        path,
        query: '',
        user: '',
        outboundBytes: 1000,
      }))
  }
  const answer = (request: IncomingMessage, response: ServerResponse): void => {
    const { pathname, searchParams } = new URL(request.url ?? '/', 'http://here')
    const [, , list = '', verb = '', id = ''] = pathname.split('/')
    const basic = `Basic ${Buffer.from(`gatehouse:${password.text}`).toString('base64')}`
    if (isAway) return json(response, 500, { status: 'error', error: 'away' })
    if (request.headers.authorization !== basic)
      return json(response, 401, { status: 'error', error: 'authentication error' })
    const items = itemsOf(list)
    if (items === null) return json(response, 404, { status: 'error', error: 'not found' })
    if (verb === 'kick') {
      const isOne = sessions.get(id)?.list === list && sessions.delete(id)
      return json(response, isOne ? 200 : 404, isOne ? { status: 'ok' } : { status: 'error' })
    }
    return json(response, 200, pageOf(items, searchParams))
  }
  const api = await startApi(answer)
  const url = `${hook}/auth/mediamtx/studio`
  const play: StandIn['play'] = async (viewer) => {
    const { token, address, stream = 'news', protocol = 'rtsp' } = viewer
    const list = LISTS[protocol] ?? ''
    const path = protocol === 'rtmp' ? `live/${stream}` : stream
    const session = { id: randomUUID(), connection: randomUUID(), list, viewer, path }
    const ask = async (): Promise<number> => {
      const { status } = await post(
        url,
        JSON.stringify({
          ip: address,
          user: protocol === 'srt' ? 'viewer' : '',
          password: protocol === 'srt' ? token : '',
          token: protocol === 'webrtc' ? token : '',
          action: 'read',
          path,
          protocol,
          id: protocol === 'rtsp' ? session.connection : session.id,
          query: protocol === 'srt' || protocol === 'webrtc' ? '' : `token=${token}`,
          userAgent: 'Player/1',
        }),
      )
      return status
    }
    // RTSP asks at DESCRIBE and at the SETUP of each track.
    let status = await ask()
    if (protocol === 'rtsp' && status === 200) status = await ask()
    if (status >= 200 && status < 300) sessions.set(session.id, session)
    return {
      status,
      isPlaying: () => sessions.has(session.id),
      leave: async () => await Promise.resolve(void sessions.delete(session.id)),
    }
  }
  return {
    kind: 'mediamtx',
    protocols: Object.keys(LISTS),
    canKick: true,
    play,
    send: async (body) => await post(url, body),
    crash: () => sessions.clear(),
    away: (is) => (isAway = is),
    close: async () => await api.close(),
    settings: {
      name: 'studio',
      kind: 'mediamtx',
      api: api.url,
      password_file: password.file,
      poll_sec: 1,
    },
  }
}
