import { randomBytes } from 'node:crypto'
import type { IncomingMessage, ServerResponse } from 'node:http'
import { json, post, type StandIn, startApi, type Viewer } from './stand-in.ts'

interface Client {
  readonly id: string
  readonly viewer: Viewer
}

/** An SRS: `on_play` and `on_stop`, and the clients of its HTTP API. Only 200 with code 0 lets a player in. */
export const startSrs = async (hook: string): Promise<StandIn> => {
  const clients = new Map<string, Client>()
  let isAway = false
  const answer = (request: IncomingMessage, response: ServerResponse): void => {
    const { pathname, searchParams } = new URL(request.url ?? '/', 'http://here')
    const id = pathname.split('/')[4] ?? ''
    if (isAway) return json(response, 500, {})
    if (request.method === 'DELETE')
      return json(response, 200, { code: clients.delete(id) ? 0 : 2049 })
    const start = Number(searchParams.get('start') ?? 0)
    const count = Number(searchParams.get('count') ?? 10)
    const rows = [...clients.values()].slice(start, start + count)
    return json(response, 200, {
      code: 0,
      server: 'vid-1',
      clients: rows.map(({ id: own, viewer }) => ({
        id: own,
        ip: viewer.address,
        url: `/live/${viewer.stream ?? 'news'}`,
        name: viewer.stream ?? 'news',
        type: `${viewer.protocol ?? 'rtmp'}-play`,
        publish: false,
        alive: 3.1,
        kbps: { recv_30s: 0, send_30s: 800 },
      })),
    })
  }
  const api = await startApi(answer)
  const url = `${hook}/auth/srs/studio`
  const tell = async (action: string, { id, viewer }: Client): Promise<Response> =>
    await post(
      url,
      JSON.stringify({
        server_id: 'vid-1',
        service_id: 's',
        action,
        client_id: id,
        ip: viewer.address,
        vhost: '__defaultVhost__',
        app: 'live',
        stream: viewer.stream ?? 'news',
        tcUrl: `${viewer.protocol ?? 'rtmp'}://192.0.2.9/live`,
        param: `?token=${viewer.token}`,
        pageUrl: '',
        stream_url: '/live/news',
        stream_id: 'vid-x',
      }),
    )
  return {
    kind: 'srs',
    protocols: ['rtmp', 'webrtc'],
    canKick: true,
    play: async (viewer) => {
      const client = { id: randomBytes(4).toString('hex'), viewer }
      const told = await tell('on_play', client)
      const text = await told.text()
      const isIn = told.status === 200 && (JSON.parse(text) as { code?: number }).code === 0
      if (isIn) clients.set(client.id, client)
      return {
        status: told.status,
        isPlaying: () => clients.has(client.id),
        leave: async () => {
          if (clients.delete(client.id)) await tell('on_stop', client)
        },
      }
    },
    send: async (body) => await post(url, body),
    crash: () => clients.clear(),
    away: (is) => (isAway = is),
    close: async () => await api.close(),
    settings: { name: 'studio', kind: 'srs', api: api.url, poll_sec: 1 },
  }
}
