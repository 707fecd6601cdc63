import { createHmac } from 'node:crypto'
import { post, type StandIn, type Viewer } from './stand-in.ts'

interface Oven {
  readonly port: number
  readonly viewer: Viewer
}

/** An OvenMediaEngine: signed AdmissionWebhooks. Nothing but its `lifetime` ends a viewer. */
export const startOven = (
  hook: string,
  key: { readonly file: string; readonly text: string },
): StandIn => {
  const playing = new Map<number, NodeJS.Timeout | null>()
  let port = 30_000
  const url = `${hook}/auth/ovenmediaengine/studio`
  const sign = (body: string): string =>
    createHmac('sha1', key.text).update(body).digest('base64url')
  const send = async (body: string, signature = sign(body)): Promise<Response> =>
    await post(url, body, { 'x-ome-signature': signature })
  const tell = async (status: string, { port: own, viewer }: Oven): Promise<Response> =>
    await send(
      JSON.stringify({
        client: {
          address: viewer.address,
          port: own,
          real_ip: '198.18.0.1',
          user_agent: 'Mozilla/5.0',
        },
        request: {
          direction: 'outgoing',
          protocol: viewer.protocol ?? 'webrtc',
          status,
          url: `ws://media.example.net:3333/app/${viewer.stream ?? 'news'}?token=${viewer.token}`,
          time: new Date().toISOString(),
        },
      }),
    )
  return {
    kind: 'ovenmediaengine',
    protocols: ['webrtc', 'llhls', 'srt'],
    canKick: false,
    play: async (viewer) => {
      const one = { port: (port += 1), viewer }
      const told = await tell('opening', one)
      const body = (await told.json()) as { allowed?: boolean; lifetime?: number }
      const end = async (): Promise<void> => {
        const timer = playing.get(one.port)
        if (timer === undefined) return
        if (timer !== null) clearTimeout(timer)
        playing.delete(one.port)
        const answer = await (await tell('closing', one)).text()
        if (answer !== '{}') throw new Error(`an end is answered by an empty object, not ${answer}`)
      }
      if (told.status === 200 && body.allowed === true) {
        const { lifetime = 0 } = body
        const timer = lifetime === 0 ? null : setTimeout(() => void end(), lifetime)
        timer?.unref()
        playing.set(one.port, timer)
      }
      return { status: told.status, isPlaying: () => playing.has(one.port), leave: end }
    },
    send,
    crash: () => playing.clear(),
    away: () => undefined,
    close: async () => await Promise.resolve(),
    settings: { name: 'studio', kind: 'ovenmediaengine', secret_file: key.file, lifetime_sec: 10 },
  }
}
