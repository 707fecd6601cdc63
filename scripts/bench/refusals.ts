/** What a refused player that keeps asking costs the edge, beside an nginx that only answers 403. */
import { setTimeout as sleep } from 'node:timers/promises'
import { leaseKey } from '#domain/viewer/lease'
import { nodeCrypto } from '../../test/edge/rig/crypto.ts'
import { type Rig, startRig } from '../../test/edge/rig/rig.ts'
import { stubPass } from '../../test/edge/rig/stub-control.ts'
import { channelRows, group } from '../../test/edge/rig/tables.ts'
import { startNginx, type TestNginx } from '../../test/support/nginx/nginx.ts'
import { positive, readOptions } from '../options.ts'
import { cpuOf, family, get, run } from './load.ts'

/** Until processes and connections have settled. */
const WARM_MS = 2_500
/** Longer than a JavaScript context goes on without looking whether anybody hammers. */
const LOOK_MS = 300

const USAGE = `usage: npm run bench:refusals -- [--count 1000] [--rounds 30]

Processor time of nginx's workers for one refused request, read from /proc, in the best of the rounds: in all, beside an nginx that does nothing
but \`return 403\` in the same run, and what the judging alone takes. Each kind of refusal is asked over and over by one player, as ffplay asks
80 times a second. Also how many questions that put to the control plane. Ends with 1 where a goal is missed.`
const values = readOptions(USAGE, { count: { type: 'string' }, rounds: { type: 'string' } })
const count = positive(values.count, 1_000)
const rounds = positive(values.rounds, 30)
const CONNECTIONS = 4
/** Processor time a refusal may take beyond that of the bare answer, µs. */
const GOAL_US = 5
/** Longer than the run: what is refused stays refused, and nothing is asked a second time. */
const DENY_SEC = 600

const PLAIN = 'an opening, the account is full'
const CLIP = 'an opening, the account is full and a clip says so'
/** What a refusal that shows a clip may take, in times of the one that is a bare answer. */
const CLIP_GOAL = 1.2

/** One kind of refusal. */
interface Case {
  readonly name: string
  readonly port: number
  readonly pids: readonly number[]
  readonly request: string
  /** It is answered with a clip that says why, 200. */
  readonly isClip?: true
  /** Once a second the connection is closed in place of an answer. */
  readonly isCut?: true
  best: number
}

const startBare = (): Promise<TestNginx> =>
  startNginx({
    conf: `keepalive_requests 1000000;
      access_log __DIR__/access.log combined buffer=64k flush=1s;
      server { listen 127.0.0.1:__PORT__ backlog=4096; location / { return 403 "cap.streams\\n"; } }`,
  })

const startEdge = (): Promise<Rig> =>
  startRig(
    (stub, origin) => {
      stub.policy = {
        ...stub.policy,
        groups: [group('all'), { ...group('films'), slates: 'en', isDefault: false }],
      }
      stub.tables.channels.rows = channelRows({ ch1: { origin: origin.url, base: '/hls/ch1/' } })
    },
    (it) => ({ ...it, workers: 1 }),
  )

/** A pass whose session control has ended, and one of MPEG-TS. */
const endedPasses = (rig: Rig): { pass: string; stream: string } => {
  const pass = stubPass(rig.stub, 'ch1')
  const stream = stubPass(rig.stub, 'ch1', { protocol: 'mpegts' })
  const until = Date.now() + DENY_SEC * 1000
  rig.stub.next = {
    bans: {
      cursor: 'stub.2',
      full: false,
      set: [pass, stream].map((it) => [leaseKey(nodeCrypto, it, 'ch1'), until, 'session.ended']),
      clear: [],
    },
  }
  return { pass, stream }
}

const casesOf = (rig: Rig, bare: TestNginx): Case[] => {
  const ours = { port: rig.nginx.port, pids: family(rig.nginx.pid), best: Infinity }
  const { pass: ended, stream } = endedPasses(rig)
  const lost = stubPass(rig.stub, 'ch1')
  const opening = `/live/${rig.ticket()}/ch1/index.m3u8`
  return [
    {
      name: 'bare nginx',
      port: bare.port,
      pids: family(bare.pid),
      best: Infinity,
      request: get('/x'),
    },
    { ...ours, name: PLAIN, request: get(opening) },
    {
      ...ours,
      name: CLIP,
      isClip: true,
      request: get(`/live/${rig.ticket({ group: 'films', account: 'own:9' })}/ch1/index.m3u8`),
    },
    {
      ...ours,
      name: 'an opening, the token is unknown',
      request: get('/live/ch1/index.m3u8?token=wrong'),
    },
    { ...ours, name: 'a reload, the session is ended', request: get(`/s/${ended}/ch1/index.m3u8`) },
    {
      ...ours,
      name: 'a segment, the session is ended',
      isCut: true,
      request: get(`/s/${ended}/ch1/1.ts`),
    },
    {
      ...ours,
      name: 'a reload, control has refused the session',
      request: get(`/s/${lost}/ch1/index.m3u8`),
    },
    { ...ours, name: 'a stream, the session is ended', request: get(`/s/${stream}/ch1/mpegts`) },
  ]
}

const ask = async (it: Case, times: number): Promise<void> => {
  const result = await run({
    port: it.port,
    request: it.request,
    connections: CONNECTIONS,
    count: times,
    ...(it.isCut === true ? { mayClose: true } : {}),
  })
  const isRefusal = [403, 410, 429].includes(result.status)
  if (it.isClip === true ? result.status !== 200 : !isRefusal)
    throw new Error(`${it.name}: answered ${result.status}`)
}

/** Rounds are short, since others share the processor, so each begins where a player hammers already. */
const measure = async (it: Case): Promise<void> => {
  await ask(it, 40)
  await sleep(LOOK_MS)
  await ask(it, 40)
  const before = cpuOf(it.pids)
  await ask(it, count)
  it.best = Math.min(it.best, (cpuOf(it.pids) - before) / count / 1000)
}

const undo: (() => Promise<unknown>)[] = []
try {
  const bare = await startBare()
  undo.push(() => bare.stop())
  const rig = await startEdge()
  undo.push(() => rig.stop())
  rig.stub.refusal = { status: 403, reason: 'cap.streams', denyTtl: DENY_SEC }
  rig.stub.checkRefusal = { reason: 'cap.streams', denyTtl: DENY_SEC }
  const cases = casesOf(rig, bare)
  await sleep(WARM_MS)
  for (const it of cases) await ask(it, 20)
  const asked = (): number => rig.stub.count('/open') + rig.stub.count('/check')
  const before = asked()
  for (let round = 0; round < rounds; round += 1) for (const it of cases) await measure(it)
  const [own, ...others] = cases
  const least = own?.best ?? Number.NaN
  const say = (text: string): void => void process.stdout.write(`${text}\n`)
  say(`a bare 403: ${least.toFixed(1)} µs`)
  for (const { name, best } of others) {
    const more = best - least
    const verdict = more <= GOAL_US ? 'met' : 'missed'
    say(
      `${name}: ${best.toFixed(1)} µs, ${(best / least).toFixed(2)} times the bare one, ${more.toFixed(1)} µs more (goal ≤ ${GOAL_US}: ${verdict})`,
    )
    if (more > GOAL_US) process.exitCode = 1
  }
  const costOf = (name: string) => cases.find((it) => it.name === name)?.best ?? Number.NaN
  const times = costOf(CLIP) / costOf(PLAIN)
  const isCheap = times <= CLIP_GOAL
  say(
    `a clip in place of the refusal: ${times.toFixed(2)} times it (goal ≤ ${CLIP_GOAL}: ${isCheap ? 'met' : 'missed'})`,
  )
  if (!isCheap) process.exitCode = 1
  const questions = asked() - before
  say(`questions to control: ${questions} for ${rounds * count * others.length} requests`)
  if (questions > 0) process.exitCode = 1
} finally {
  for (const stop of undo.toReversed()) await stop()
}
