import { randomUUID } from 'node:crypto'
import type { StandIn } from './stand-in.ts'

/** An Astra: its HTTP request backend. It tells no end, and lets everyone in while nobody answers. */
export const startAstra = (hook: string): StandIn => {
  const playing = new Set<string>()
  const url = `${hook}/auth/astra/studio`
  return {
    kind: 'astra',
    protocols: ['mpegts'],
    canKick: false,
    play: async ({ token, address, stream = 'news' }) => {
      const id = randomUUID()
      const told = await fetch(`${url}?token=${token}`, {
        headers: {
          'X-Session-ID': id,
          'X-Channel-ID': stream,
          'X-Real-IP': address,
          'X-Real-Path': `/play/${stream}`,
          'X-Real-UA': 'VLC/3.0.20 LibVLC/3.0.20',
          'X-Real-Host': 'tv.example.net',
        },
      }).catch(() => null)
      if (told === null || told.status === 200) playing.add(id)
      return {
        status: told?.status ?? 0,
        isPlaying: () => playing.has(id),
        leave: async () => await Promise.resolve(void playing.delete(id)),
      }
    },
    send: async () => await fetch(url),
    crash: () => playing.clear(),
    away: () => undefined,
    close: async () => await Promise.resolve(),
    settings: { name: 'studio', kind: 'astra', lifetime_sec: 10 },
  }
}
