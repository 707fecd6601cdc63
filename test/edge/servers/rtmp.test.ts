import Fastify, { type FastifyInstance } from 'fastify'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { createHookPipeline } from '../../../control/access/admission/hook-play.ts'
import type { OpenAnswer, Opening } from '../../../control/access/admission/opening.ts'
import { createHookTrust } from '../../../control/routes/hook-trust.ts'
import { hookRoutes } from '../../../control/routes/hooks.ts'
import { resolveTool } from '../../../control/runtime/resolve.ts'
import {
  opening as claim,
  limitsWith,
  type Plane,
  startPlane,
} from '../../redis/sessions/sessions-support.ts'
import { documentedRtmp } from '../../support/nginx/documented-rtmp.ts'
import { startNginx, type TestNginx } from '../../support/nginx/nginx.ts'
import type { Child } from '../../support/programs/child.ts'
import { freePort, until } from '../../support/programs/port.ts'
import { startRedis, type TestRedis } from '../../support/programs/redis.ts'
import { playRtmp, publishTestCard } from '../../support/programs/rtmp.ts'

const ACCOUNT = 'own:box'
/** Nothing that a server reports is a mere reservation: those are over at once. */
const limits = limitsWith({ maxStreams: 2, limitation: 'hard', reserveMs: 1 })

let redis: TestRedis
let plane: Plane
let hooks: FastifyInstance
let nginx: TestNginx
let ffmpeg: readonly string[]
let rtmp: string
let hooksPort: number
const openings: Opening[] = []
const players: Child[] = []

/** Everybody with the token `box` is one account with two streams; others are unknown. */
const open = async (opening: Opening): Promise<OpenAnswer> => {
  openings.push(opening)
  const isBox = opening.credential.kind === 'token' && opening.credential.token === 'box'
  if (!isBox) return { outcome: 'refused', reason: 'token.unknown', denyUntil: 0 }
  const key = opening.inferredKey ?? ''
  const more = {
    limits,
    key,
    player: key,
    channel: opening.channel,
    idleMs: opening.leastIdleMs ?? 0,
  }
  const admission = await plane.sessions.store.open(claim(ACCOUNT, opening.requestId, more))
  if (admission.outcome === 'refused') return admission
  const { leaseMs, sid } = admission
  const { key: kept } = admission
  const rest = { account: ACCOUNT, cap: 0, replaced: [] }
  return { outcome: 'admitted', location: null, key: kept, leaseMs, sid, ...rest }
}

const startHooks = async (port: number): Promise<void> => {
  hooks = Fastify()
  const pipeline = createHookPipeline({
    open,
    sessions: plane.sessions.store,
    now: () => Date.now(),
  })
  const isTrusted = createHookTrust({ allow: ['127.0.0.1'], secret: null })
  await hooks.register(hookRoutes, { pipeline, isTrusted, rtmpUpdateSec: () => 1 })
  await hooks.listen({ host: '127.0.0.1', port })
}

beforeAll(async () => {
  const tool = await resolveTool('nginx')
  const module = tool.modules?.rtmp
  if (!module) throw new Error('nginx has no RTMP module here')
  ffmpeg = (await resolveTool('ffmpeg')).argv
  redis = await startRedis()
  plane = await startPlane([redis.url])
  const port = await freePort()
  hooksPort = await freePort()
  await startHooks(hooksPort)
  const places = { module, hooks: `127.0.0.1:${hooksPort}`, port }
  const conf = documentedRtmp(places, 'server { listen 127.0.0.1:__PORT__; return 204; }')
  nginx = await startNginx({ wrap: false, conf, ports: 2 })
  rtmp = `rtmp://127.0.0.1:${port}/live/news`
  players.push(publishTestCard(ffmpeg, rtmp))
})

afterAll(async () => {
  for (const player of players) await player.stop('SIGKILL')
  await nginx.stop()
  await hooks.close()
  await plane.stop()
  await redis.stop()
})

const play = (token: string): Child => {
  const player = playRtmp(ffmpeg, `${rtmp}?token=${token}`)
  players.push(player)
  return player
}

const isPlaying = (player: Child): boolean => /frame= *[1-9]/.test(player.output())
/** Frames played so far. */
const framesOf = (player: Child): number =>
  Number([...player.output().matchAll(/frame= *(\d+)/g)].at(-1)?.[1] ?? 0)
const hasEnded = (player: Child): boolean => player.exitCode() !== null

describe('nginx-rtmp with ffmpeg', () => {
  it('plays two streams of a cap of two, refuses the third, and drops a banned one', async () => {
    const first = play('box')
    await until('the first stream', () => isPlaying(first))
    const second = play('box')
    await until('the second stream', () => isPlaying(second))

    const third = play('box')
    await until('the end of the third', () => hasEnded(third))
    expect(isPlaying(third)).toBe(false)
    const stranger = play('other')
    await until('the end of the stranger', () => hasEnded(stranger))
    expect(isPlaying(stranger)).toBe(false)
    expect([hasEnded(first), hasEnded(second)]).toEqual([false, false])
    expect((await plane.sessions.store.ofAccount(ACCOUNT)).length).toBe(2)

    const [opened] = openings
    await plane.sessions.bans.ban({
      kind: 'session',
      subject: opened?.inferredKey ?? '',
      until: Date.now() + 600_000,
      reason: 'ban.session',
      by: 'test',
    })
    await until('the end of the banned stream', () => hasEnded(first))
    expect(hasEnded(second)).toBe(false)
  })

  it('gives the slot back when a player leaves', async () => {
    for (const player of players.slice(1)) await player.stop('SIGKILL')
    await until(
      'the end of every session',
      async () => (await plane.sessions.store.ofAccount(ACCOUNT)).length === 0,
    )
    const again = play('box')
    await until('a new stream', () => isPlaying(again))
    const [opened] = openings
    const last = openings.at(-1)
    expect(last?.inferredKey).not.toBe(opened?.inferredKey)
    expect(last).toMatchObject({ channel: 'news', edge: 'hook:rtmp-studio', address: '127.0.0.1' })
  })

  it('plays on through ten seconds without us, while nobody new gets in', async () => {
    const [, ...old] = players
    for (const player of old) await player.stop('SIGKILL')
    const steady = play('box')
    await until('the stream', () => isPlaying(steady))
    await hooks.close()
    const away = Date.now()
    const late = play('box')
    await until('the end of who came meanwhile', () => hasEnded(late))
    expect(isPlaying(late)).toBe(false)
    const before = framesOf(steady)
    await until('ten seconds', () => Date.now() - away > 10_000 || hasEnded(steady))
    expect(hasEnded(steady), steady.output()).toBe(false)
    expect(framesOf(steady) - before).toBeGreaterThan(50)
    await startHooks(hooksPort)
    const again = play('box')
    await until('a new stream', () => isPlaying(again))
    expect(hasEnded(steady)).toBe(false)
    expect((await plane.sessions.store.ofAccount(ACCOUNT)).length).toBe(2)
  })

  it('gives slots back where the end was never told', async () => {
    expect((await plane.sessions.store.ofAccount(ACCOUNT)).length).toBe(2)
    await hooks.close()
    for (const player of players.slice(1)) await player.stop('SIGKILL')
    // The end of both is told to nobody.
    await startHooks(hooksPort)
    const gone = Date.now()
    await until(
      'the slots',
      async () => (await plane.sessions.store.ofAccount(ACCOUNT)).length === 0,
    )
    // Three updates of a second and five more seconds.
    expect(Date.now() - gone).toBeLessThan(25_000)
  })
})

it('counts what is reported from its first moment, however long the next report takes', async () => {
  const tell = async (call: string, client: number): Promise<number> => {
    const fields = { call, clientid: String(client), app: 'live', name: 'news', token: 'box' }
    const body = new URLSearchParams({ ...fields, addr: `198.51.100.${client % 100}` })
    return (await fetch(`http://127.0.0.1:${hooksPort}/auth/rtmp/far`, { method: 'POST', body }))
      .status
  }
  const live = async () => (await plane.sessions.store.ofAccount(ACCOUNT)).map(({ state }) => state)
  for (const player of players) await player.stop('SIGKILL')
  await until('nobody', async () => (await live()).length === 0)
  expect(await tell('play', 901)).toBe(204)
  expect(await tell('play', 902)).toBe(204)
  expect(await live()).toEqual(['playing', 'playing'])
  expect(await tell('play', 903)).toBe(403)
  // Found by its update alone, as after a loss of what was known.
  expect(await tell('play_done', 902)).toBe(204)
  expect(await tell('update_play', 904)).toBe(204)
  expect(await live()).toEqual(['playing', 'playing'])
})
