import { rmSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { openStore } from '../../../control/store/store.ts'
import { tempDir } from '../../support/cleanup.ts'
import { pause } from '../../support/pause.ts'
import { type Screen, startFfmpeg } from '../../support/programs/players.ts'
import { until } from '../../support/programs/port.ts'
import { startService, type TestService } from '../../support/programs/service.ts'
import { syncAs } from '../world/edge-sync.ts'
import { controlPid, kill9, nginxPid, redisPid, workerPids } from '../world/processes.ts'
import { type Playing, viewer } from '../world/viewer.ts'
import { adminOf, worldConfig } from '../world/world.ts'

let service: TestService
let admin: ReturnType<typeof adminOf>
let account: { id: string; token: string }
let folder: Awaited<ReturnType<typeof tempDir>>
let screen: Watcher
let player: Screen
let ticket = ''
const from = Date.now()

/** A player that keeps asking, three times a second, and notes every answer. */
interface Watcher {
  readonly playing: Playing
  /** How many answers it got since the last look. */
  readonly count: () => number
  /** What it got since the last look; 0 = no answer. */
  readonly take: () => { status: number; reason: string | null }[]
  readonly stop: () => Promise<void>
}

function watch(playing: Playing): Watcher {
  const seen: { status: number; reason: string | null }[] = []
  const over = new AbortController()
  const work = (async () => {
    while (!over.signal.aborted) {
      seen.push(await playing.poll().catch(() => ({ status: 0, reason: null })))
      await pause(300)
    }
  })()
  return {
    playing,
    count: () => seen.length,
    take: () => seen.splice(0).map(({ status, reason }) => ({ status, reason })),
    async stop() {
      over.abort()
      await work
    },
  }
}

const owner = () => viewer(service.edge, { token: account.token, address: '198.51.100.1' })
const person = (n: number) => viewer(service.edge, { address: `203.0.113.${n}` })
const refusals = (seen: ReturnType<Watcher['take']>) => seen.filter((it) => it.status >= 400)
const isHealthy = async () =>
  (await fetch(`${service.edge}/health`).catch(() => null))?.status === 200
const controlIsBack = () =>
  until(
    'the control plane again',
    () =>
      admin.sessions().then(
        () => true,
        () => false,
      ),
    30_000,
  )
const screens = () => admin.sessions(account.id)

beforeAll(async () => {
  folder = await tempDir()
  // The usual idle clock: what restarts on a busy machine takes seconds.
  const clocks = { idle_sec: 30, reserve_sec: 10 }
  service = await startService({
    config: worldConfig({ clocks }),
    state: join(folder.path, 'state'),
  })
  admin = adminOf(service)
  account = await admin.account(1)
  ticket = await owner().ticket()
  screen = watch(await owner().play('federal-1', ticket))
  await startPlayer()
  await until('the first segments', () => screen.take().some((it) => it.status === 200))
}, 300_000)
afterAll(async () => {
  await screen?.stop()
  await player?.stop()
  await service?.stop()
  await folder?.remove()
})

async function startPlayer() {
  const own = await viewer(service.edge).ticket()
  player = await startFfmpeg(`${service.edge}/live/${own}/federal-4/index.m3u8`)
  await until('ffmpeg’s picture', async () => (await player.progress()) > 25)
}

/** The one screen plays on as the same session, and the account has no room for another. */
async function expectUntouched(sid: string | undefined) {
  await until('the picture again', () => screen.take().at(-1)?.status === 200, 30_000)
  await until(
    'the same session',
    async () => (await screens()).map((it) => it.session_id).join() === sid,
    30_000,
  )
  await until('the cap', async () => (await secondScreen()) === 'cap.streams')
  await until('one screen', async () => (await screens()).length === 1)
}

let visitors = 0
/** Why a second screen, another one each time, is kept out; `null` where it comes in. */
async function secondScreen(): Promise<string | null> {
  visitors += 1
  const address = `198.51.100.${visitors + 1}`
  return (await viewer(service.edge, { address }).open('federal-2', ticket)).reason
}

test('nginx’s workers killed: everybody plays on', async () => {
  const [before] = await screens()
  screen.take()
  for (const pid of await workerPids(service)) await kill9(pid)
  await until('the edge', isHealthy, 40_000)
  await expectUntouched(before?.session_id)
  expect(player.exitCode(), player.output()).toBeNull()
  expect(refusals(screen.take())).toEqual([])
  expect((await person(11).open('federal-1')).status).toBe(302)
}, 120_000)

/** What a viewer was sent who plays for a moment and then only looks at the list, and what is said of that. */
async function playABit(n: number) {
  const visitor = await person(n).play('federal-1')
  let sent = 0
  for (let i = 0; i < 30; i += 1) sent += (await visitor.poll()).text.length
  const told = async () =>
    (await admin.sessions()).find(({ user_id: id }) => id === `net:203.0.113.${n}`)?.bytes ?? 0
  await until('what was sent', async () => (await told()) > sent * 0.9)
  return { told, look: async () => await visitor.get('index.m3u8') }
}

test('nginx killed: started again, sessions keep their slots, and no byte counts twice', async () => {
  const [before] = await screens()
  const { told, look } = await playABit(12)
  const sent = await told()
  screen.take()
  await kill9(nginxPid(service))
  await until('the edge', isHealthy, 40_000)
  await until('the picture again', () => {
    const seen = screen.take()
    expect(refusals(seen).filter((it) => it.reason !== 'edge.not_ready')).toEqual([])
    return seen.at(-1)?.status === 200
  })
  // ffmpeg gives a playlist four tries within a second or so: it may have given up.
  await player.stop()
  await startPlayer()
  // Known to the new nginx from here on.
  expect(await owner().channels()).toHaveLength(4)
  expect((await look()).status).toBe(200)
  await until('what was sent since', async () => (await told()) > sent)
  expect(await told()).toBeLessThan(sent * 1.5)
  await expectUntouched(before?.session_id)
}, 120_000)

test('Redis hangs: an edge that asks once more for what it was not answered in time does not make it wait longer', async () => {
  const pid = await redisPid(service)
  process.kill(pid, 'SIGSTOP')
  const first = syncAs(service, 'one')
  try {
    await pause(300)
    expect(await syncAs(service, 'one')).toBe(503)
  } finally {
    process.kill(pid, 'SIGCONT')
  }
  expect(await first).toBe(200)
  expect(await syncAs(service, 'one')).toBe(200)
})

test.each([true, false])(
  'Redis killed, its data kept: %s: openings go on, caps and bans hold',
  async (keepsData) => {
    const [before] = await screens()
    const barred = await admin.account(1)
    await admin.send('POST', '/bans', { kind: 'account', subject: barred.id, seconds: 600 })
    screen.take()
    await kill9(await redisPid(service))
    if (!keepsData) rmSync(join(service.state, 'redis-aof'), { recursive: true })
    const at = Date.now()
    const during = await person(keepsData ? 31 : 32).open('federal-1')
    expect(during.status).toBe(302)
    expect(Date.now() - at).toBeLessThan(5000)
    expect(await secondScreen()).toBe('cap.streams')
    await until('Redis again', async () => {
      const numbers = await admin.get<{ isDegraded: boolean }>('/live')
      return !numbers.isDegraded && (await redisPid(service)) > 0
    })
    const answers = screen.count()
    await until('ten more answers', () => screen.count() >= answers + 10)
    const seen = screen.take()
    expect(seen.map((it) => it.status).filter((status) => status !== 200)).toEqual([])
    await expectUntouched(before?.session_id)
    const banned = viewer(service.edge, { token: barred.token, address: '198.51.101.4' })
    const list = await banned.get(`/playlist.m3u?token=${barred.token}`)
    expect([list.status, list.reason]).toEqual([403, 'ban.account'])
  },
  120_000,
)

test('control killed: who plays notices nothing; new viewers by the group’s fail mode', async () => {
  const [before] = await screens()
  const [opens, shut] = [person(21), viewer(service.edge, { address: '10.9.0.1' })]
  const tickets = { open: await opens.ticket(), shut: await shut.ticket() }
  screen.take()
  await kill9(await controlPid(service))
  const [opened, waited, unknown, list] = await Promise.all([
    opens.open('federal-1', tickets.open),
    shut.open('film-1', tickets.shut),
    person(22).get('/live/federal-1/index.m3u8?token=nobody-knows-this-token'),
    person(23).playlist(),
  ])
  expect(opened.status).toBe(302)
  const alone = await opens.get(opened.location ?? '')
  expect(alone.status).toBe(200)
  // Who needs control's word waits for it as long as a player does: control itself decides, or nobody comes in.
  expect(`${waited.status} ${waited.reason}`).toMatch(/^(302 null|503 control\.unavailable)$/)
  expect(['control.unavailable', 'token.unknown']).toContain(unknown.reason)
  expect(unknown.status).toBeGreaterThanOrEqual(400)
  expect(list).toContain('/live/')
  expect(await owner().channels()).toHaveLength(4)
  await controlIsBack()
  const seen = screen.take()
  expect(seen.map((it) => it.status).filter((status) => status !== 200)).toEqual([])
  await expectUntouched(before?.session_id)
  expect((await opens.get(opened.location ?? '')).status).toBe(200)
  await until('the slot of who came in meanwhile', async () =>
    (await admin.sessions()).some((it) => it.user_id === 'net:203.0.113.21'),
  )
  expect((await shut.open('film-1', tickets.shut)).status).toBe(302)
}, 120_000)

test('control hangs: who plays notices nothing, new viewers wait a little and come in', async () => {
  const guest = person(41)
  const own = await guest.ticket()
  const pid = await controlPid(service)
  screen.take()
  process.kill(pid, 'SIGSTOP')
  try {
    const at = Date.now()
    const opened = await guest.open('federal-1', own)
    expect(opened.status).toBe(302)
    expect(Date.now() - at).toBeLessThan(14_000)
    expect((await guest.get(opened.location ?? '')).status).toBe(200)
  } finally {
    process.kill(pid, 'SIGCONT')
  }
  await controlIsBack()
  await expectUntouched((await screens())[0]?.session_id)
  const seen = screen.take()
  expect(seen.map((it) => it.status).filter((status) => status !== 200)).toEqual([])
})

test('ffmpeg has played on while Redis and the control plane died', async () => {
  expect(player.exitCode(), player.output()).toBeNull()
  const before = await player.progress()
  await until('new frames', async () => (await player.progress()) > before + 25, 20_000)
})

test('after all this the history is whole', async () => {
  const session = (await screens())[0]
  await screen.stop()
  for (const { id } of await admin.sessions()) {
    // Some fall silent at this very moment.
    await admin.send('DELETE', `/sessions/${id}`).catch(() => null)
  }
  const written = async (user: string) =>
    (await admin.get<{ items: { endedAt: number | null }[] }>(`/history/plays?account=${user}`))
      .items
  for (const it of [`own:${account.id}`, ...[21, 31, 32].map((n) => `net:203.0.113.${n}`)])
    await until(`the history of ${it}`, async () =>
      (await written(it)).some(({ endedAt }) => endedAt !== null),
    )
  const database = join(service.state, 'gatehouse.duckdb')
  await service.stop()
  const store = await openStore({ url: database })
  const plays = await store.history.playsOf(`own:${account.id}`, from, Date.now())
  const mine = plays.filter((play) => play.id === session?.session_id)
  expect(mine).toHaveLength(1)
  // Who came while the control plane or Redis was away.
  for (const n of [21, 31, 32]) {
    const others = await store.history.playsOf(`net:203.0.113.${n}`, from, Date.now())
    expect(others, `203.0.113.${n}`).toHaveLength(1)
  }
  expect(mine[0]).toMatchObject({ channel: 'federal-1', reason: 'session.ended' })
  await store.close()
})
