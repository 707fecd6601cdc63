import { afterEach, describe, expect, it } from 'vitest'
import type { HookPlay } from '../../../../control/access/admission/hook-play.ts'
import { createFollower } from '../../../../control/access/servers/follow.ts'
import { createMediaMtxApi } from '../../../../control/access/servers/mediamtx.ts'
import type { ServerApi } from '../../../../control/access/servers/server-api.ts'
import { createSrsApi } from '../../../../control/access/servers/srs.ts'
import { startApi } from '../../../support/other-servers/stand-in.ts'

const open: { close(): Promise<void> }[] = []
afterEach(async () => {
  for (const one of open.splice(0)) await one.close()
})

const apiWith = async (
  create: typeof createMediaMtxApi,
  status: number,
  body: string,
): Promise<ServerApi> => {
  const server = await startApi((_request, response) => {
    response.writeHead(status, { 'content-type': 'application/json' }).end(body)
  })
  const access = { server: 's', base: server.url, user: 'u', password: 'word', quietSec: 30 }
  const api = create({ ...access, now: () => Date.now() })
  open.push(server, api)
  return api
}

const play: HookPlay = {
  server: 'mediamtx-s',
  playback: 'one',
  channel: 'news',
  proto: 'webrtc',
  address: '198.51.100.7',
  token: 'secret-token',
  userAgent: null,
  referer: null,
  host: null,
  qs: '',
  quietSec: 30,
  bytes: 0,
}

const following = (api: Partial<ServerApi>, renewed: { kill?: unknown[]; drop?: 'all' } = {}) => {
  const [kicked, opened, closed, warned]: [string[], HookPlay[], string[], string[]] = [
    [],
    [],
    [],
    [],
  ]
  let verdict: 'allow' | 'deny' = 'allow'
  const follower = createFollower({
    server: 'mediamtx-s',
    api: {
      list: async () => [{ ...play, token: null }],
      kick: async (playback) => kicked.push(playback) > 0,
      close: async () => undefined,
      ...api,
    },
    pipeline: {
      open: async (one) => {
        opened.push(one)
        return verdict === 'allow'
          ? { verdict, leaseSec: 30 }
          : { verdict, reason: 'ban.account', denySec: 9 }
      },
    },
    sessions: {
      renew: async ({ seen }) =>
        ({ kill: renewed.kill ?? [], drop: renewed.drop === 'all' ? seen : [] }) as never,
      close: async (keys) => void closed.push(...keys),
    },
    now: () => 1_000,
    warn: (message) => warned.push(message),
  })
  return { follower, kicked, opened, closed, warned, refuse: () => (verdict = 'deny') }
}

describe('the interfaces of other servers', () => {
  it.each([
    [401, '{}', /refused the token/],
    [500, '{}', /answered 500/],
    [200, '<html>', /cannot be read/],
    [200, '{"items":', /cannot be read/],
    [200, '{"itemCount":1}', /has no list|error code/],
    [200, '[]', /has no list|error code/],
    [302, '', /answered 302/],
  ])('an answer of %i %s is a sentence without the password', async (status, body, words) => {
    for (const create of [createMediaMtxApi, createSrsApi]) {
      const api = await apiWith(create, status, body)
      const failure = await api.list().then(
        () => '',
        (error: Error) => error.message,
      )
      expect(failure).toMatch(words)
      expect(failure).not.toMatch(/\bword\b/)
    }
  })
})

describe('following', () => {
  it('decides a playback without a slot anew by what it opened with, and kicks it where refused', async () => {
    const { follower, kicked, opened, refuse } = following({}, { drop: 'all' })
    follower.opened(play)
    await follower.round()
    expect([opened.map(({ token }) => token), kicked]).toEqual([['secret-token'], []])
    refuse()
    await follower.round()
    expect(kicked).toEqual(['one'])
  })

  it('warns once while the interface is away, and frees nothing meanwhile', async () => {
    let isAway = false
    const list = async () => {
      if (isAway) throw new Error('it is away')
      return [play]
    }
    const { follower, closed, warned } = following({ list })
    await follower.round()
    isAway = true
    await follower.round()
    await follower.round()
    expect([closed, warned.length]).toEqual([[], 1])
    isAway = false
    await follower.round()
    expect(warned.at(-1)).toMatch(/answers again/)
  })

  it('frees what the list no longer has', async () => {
    let plays: HookPlay[] = [play]
    const { follower, closed } = following({ list: async () => plays })
    await follower.round()
    plays = []
    await follower.round()
    expect(closed).toHaveLength(1)
  })

  it('leaves out what a list names unreadably', async () => {
    const bad = [
      { ...play, address: 'nobody' },
      { ...play, channel: '../etc' },
    ]
    const { follower, opened, kicked } = following({ list: async () => bad }, { drop: 'all' })
    await follower.round()
    expect([opened, kicked]).toEqual([[], []])
  })
})
