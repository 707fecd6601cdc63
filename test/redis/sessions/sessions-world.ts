import { isDeepStrictEqual } from 'node:util'
import { expect } from 'vitest'
import {
  checkSession,
  endSessions,
  newAccountState,
  newEffects,
  openSession,
  pardonSessions,
  renewSessions,
} from '#domain/limits/limits'
import type { AccountState, Claim, Limits } from '#domain/limits/types'
import type { CapEngine } from '../../../control/sessions/model/cap-engine.ts'
import { accountTag, KEYS } from '../../../control/sessions/model/keys.ts'
import type { RedisClient } from '../../../control/sessions/redis/client.ts'
import { createRedisEngine } from '../../../control/sessions/redis/engine.ts'
import { scriptRunner } from '../../../control/sessions/redis/scripts.ts'

export type Step =
  | {
      op: 'open'
      who: number
      ch: number
      net: number
      req: number
      vod: boolean
      waited: boolean
      /** Opened under the last key again, as inferred sessions are. */
      same: boolean
    }
  | { op: 'renew'; keys: number[]; all: boolean; traffic: [number, number, number, boolean?][] }
  | {
      op: 'check'
      key: number
      who: number
      ch: number
      net: number
      silent: number
      edge: number
    }
  | { op: 'wait'; ms: number }
  | { op: 'end'; keys: number[]; refuseMs: number; unused: boolean }
  | { op: 'pardon'; keys: number[]; who: number; ch: number; net: number }
  | { op: 'limits'; limits: Limits }
  | { op: 'restart' }

export const NETS = ['192.0.2.1', '192.0.2.2', '2001:db8::', '198.51.100.7']
const NOTHING = { edge: '', seen: [], traffic: [], limits: null }

/** The same account in Redis and in the specification, on one clock. */
export interface World {
  readonly account: string
  readonly tag: string
  readonly redis: RedisClient
  readonly engine: CapEngine
  readonly keys: string[]
  now: number
  limits: Limits
  state: AccountState
  /** How often each outcome was seen, to know that the sequences reach them. */
  readonly seen: Map<string, number>
}

export const createWorld = (
  redis: RedisClient,
  account: string,
  limits: Limits,
  seen: Map<string, number>,
): World => {
  const world: World = {
    account,
    tag: accountTag(account),
    redis,
    engine: createRedisEngine({ redis, run: scriptRunner(redis), now: () => world.now }),
    keys: [],
    now: 1_760_000_000_000,
    limits,
    state: newAccountState(account, limits),
    seen,
  }
  return world
}

const keyAt = (world: World, index: number): string => world.keys.at(-1 - index) ?? `none${index}`

const note = (world: World, ...names: string[]) => {
  for (const name of names) world.seen.set(name, (world.seen.get(name) ?? 0) + 1)
}

const claimOf = (
  at: { who: number; ch: number; net: number },
  own: Pick<Claim, 'key' | 'sid' | 'req' | 'idle' | 'edge'>,
): Claim => ({
  ch: `ch${at.ch}`,
  dev: `dev${at.who}-${at.net}`,
  // Two players that look the same but for a playback id.
  ...(at.who === 1 || at.who === 2 ? { kin: `kin-${at.net}` } : {}),
  player: `player${at.who}`,
  net: NETS[at.net] ?? '',
  dl: at.who === 0 ? '' : `dl${at.who}`,
  info: '{"a":"é"}',
  // One player has a token of a backend.
  ...(at.who > 2 ? { tok: 'token' } : {}),
  ...own,
})

type Pair = readonly [actual: unknown, expected: unknown] | null
type Act<Op extends Step['op']> = (
  world: World,
  step: Extract<Step, { op: Op }>,
) => Promise<Pair> | Pair

const open: Act<'open'> = async (world, step) => {
  const fresh = `k${String(world.keys.length).padStart(3, '0')}`
  const key = step.same ? keyAt(world, 0) : fresh
  const idle = step.vod ? 120_000 : 30_000
  const own = { key, sid: `sid-${key}`, req: `r${step.req}`, idle, edge: 'e0' }
  const opening = { claim: claimOf(step, own), limits: world.limits, hasWaited: step.waited }
  const effects = newEffects()
  const answer = openSession(world.state, opening, world.now, effects)
  if (answer.outcome === 'admitted' && !step.same) world.keys.push(key)
  note(world, `open ${answer.outcome === 'refused' ? answer.reason : answer.outcome}`)
  const entry = {
    tag: accountTag(world.account),
    key,
    sid: own.sid,
    channel: opening.claim.ch,
    network: opening.claim.net,
    download: opening.claim.dl,
    idleMs: idle,
  }
  return [await world.engine.open(world.account, opening, entry), { answer, effects }]
}

const check: Act<'check'> = async (world, step) => {
  const key = keyAt(world, step.key)
  const own = { key, sid: `sid-${key}`, req: '', idle: 30_000, edge: `e${step.edge}` }
  const claim = claimOf(step, own)
  const { limits } = world
  const checking = { claim, limits, cloneKey: `c${key}${step.net}`, silentMs: step.silent }
  const effects = newEffects()
  const answer = checkSession(world.state, checking, world.now, effects)
  const isNew = answer.outcome === 'admitted' && !world.keys.includes(answer.key)
  if (answer.outcome === 'admitted' && isNew) world.keys.push(answer.key)
  note(world, `check ${answer.outcome === 'refused' ? answer.reason : answer.outcome}`)
  if (effects.drop.length > 0) note(world, 'take-over')
  if (Object.keys(world.state.pairs).length > 0) note(world, 'paired networks')
  return [await world.engine.check(world.account, checking), { answer, effects }]
}

const renew: Act<'renew'> = async (world, step) => {
  const at = (index: number) => keyAt(world, index)
  const seen = step.all ? Object.keys(world.state.slots).sort() : step.keys.map(at)
  const traffic = step.traffic.map(([key, ...row]) => [at(key), ...row] as const)
  const renewal = { edge: 'e0', seen, traffic, limits: step.all ? null : world.limits }
  const [stored] = await world.engine.read([world.tag])
  const actual = await world.engine.renew(world.tag, renewal)
  if (!stored) return [actual.answer.unknown, seen]
  const effects = newEffects()
  const answer = renewSessions(world.state, renewal, world.now, effects)
  for (const { reason } of effects.kill) note(world, `renew kills ${reason}`)
  for (const { reason } of answer.refused) note(world, `renew refuses ${reason}`)
  return [actual, { answer, effects }]
}

const end: Act<'end'> = async (world, step) => {
  const keys = step.keys.map((index) => keyAt(world, index))
  const { account, limits, state, tag } = world
  const ending = {
    account,
    limits,
    keys,
    reason: 'session.ended' as const,
    refuseMs: step.refuseMs,
    isUnused: step.unused,
  }
  const effects = newEffects()
  const answer = endSessions(state, ending, world.now, effects)
  if (step.unused && answer > 0) note(world, 'given up')
  if (step.unused && keys.some((key) => (state.slots[key]?.gone ?? 1) === 0)) note(world, 'joined')
  return [await world.engine.end(tag, ending), { answer, effects }]
}

const pardon: Act<'pardon'> = async (world, step) => {
  const keys = step.keys.map((index) => keyAt(world, index))
  const devices = [`ch${step.ch}|dev${step.who}-${step.net}`]
  const [stored] = await world.engine.read([world.tag])
  const actual = await world.engine.pardon(world.tag, keys, devices)
  if (!stored) return [actual.answer, 0]
  const effects = newEffects()
  const answer = pardonSessions(world.state, { keys, devices }, world.now, effects)
  if (answer > 0) note(world, 'pardoned')
  return [actual, { answer, effects }]
}

/** Redis comes back empty, without its scripts, and is told what was remembered. */
const restart: Act<'restart'> = async (world) => {
  const { redis, engine, state, tag } = world
  await redis.del(KEYS.account(tag))
  if ('script' in redis) await redis.script('FLUSH')
  await engine.restore(state)
  renewSessions(state, NOTHING, world.now, newEffects())
  await engine.renew(tag, NOTHING)
  return null
}

const act = async (world: World, step: Step): Promise<Pair> => {
  switch (step.op) {
    case 'open':
      return await open(world, step)
    case 'check':
      return await check(world, step)
    case 'renew':
      return await renew(world, step)
    case 'end':
      return await end(world, step)
    case 'pardon':
      return await pardon(world, step)
    case 'restart':
      return await restart(world, step)
    case 'wait':
      world.now += step.ms
      return null
    case 'limits':
      world.limits = step.limits
      return null
  }
  throw new Error('no such step')
}

/** As `expect(actual).toEqual(expected)`, which at a hundred thousand comparisons costs more than what is compared. */
const expectEqual = (actual: unknown, expected: unknown, step: Step): void => {
  if (!isDeepStrictEqual(actual, expected)) expect(actual, JSON.stringify(step)).toEqual(expected)
}

/** Takes one step on both sides; answers, effects and states must be equal. */
export const takeStep = async (world: World, step: Step): Promise<void> => {
  const pair = await act(world, step)
  if (pair) expectEqual(pair[0], pair[1], step)
  // Only the clock was turned.
  if (step.op === 'wait') return
  const [stored] = await world.engine.read([world.tag])
  if (stored) expectEqual(stored, world.state, step)
  // An account with nothing to remember takes no memory in Redis.
  else world.state = newAccountState(world.account, world.limits)
}
