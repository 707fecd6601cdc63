import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import type { DetectionRule } from '../../../control/detect/rules/rule-types.ts'
import type { PlayEvent } from '../../../control/events/play-event.ts'
import { publishEvents } from '../../../control/events/publisher.ts'
import type { FindingNotice } from '../../../control/notify/model/notice.ts'
import {
  createImposedLimits,
  type ImposedLimits,
  withImposedLimits,
} from '../../../control/respond/imposed-limits.ts'
import { createResponder } from '../../../control/respond/respond.ts'
import type { SessionStore } from '../../../control/sessions/model/session-store.ts'
import { createMediaHub } from '../../../control/sources/hub/hub.ts'
import { openStore, type Store } from '../../../control/store/store.ts'
import { allFindings, runDetectors } from '../../redis/detectors/detectors-run.ts'
import { rulesOf } from '../../redis/detectors/detectors-samples.ts'
import { sampleEvent } from '../../redis/events/event-samples.ts'
import {
  limitsWith,
  opening,
  type Plane,
  startPlane,
} from '../../redis/sessions/sessions-support.ts'
import { tempDir } from '../../support/cleanup.ts'
import { until } from '../../support/programs/port.ts'
import { startRedis, type TestRedis } from '../../support/programs/redis.ts'

const ACCOUNT = 'own:ann'
const MINUTE = 60_000
const limits = limitsWith({ maxStreams: 9, reserveMs: 60_000 })

let server: TestRedis
let plane: Plane
let store: Store
let imposed: ImposedLimits
let sessions: SessionStore
let folder: { path: string; remove: () => Promise<void> }
let clock: () => number
let notices: FindingNotice[]
beforeEach(async () => {
  folder = await tempDir()
  server = await startRedis()
  plane = await startPlane([server.url])
  store = await openStore({ url: join(folder.path, 'x.duckdb') })
  clock = () => Date.now()
  notices = []
  imposed = createImposedLimits({
    settings: store.settings,
    atomically: (work) => store.atomically(({ settings }) => work(settings)),
    now: () => clock(),
  })
  sessions = withImposedLimits(plane.sessions.store, imposed)
})
afterEach(async () => {
  await store.close()
  await plane.stop()
  await server.stop()
  await folder.remove()
})

const respond = () =>
  createResponder({
    sessions,
    media,
    serverLimits: { impose: () => Promise.resolve(false) },
    bans: plane.sessions.bans,
    imposed,
    applyLimits: (account) => sessions.setLimits(account, limits),
    notifier: { notify: (notice) => Promise.resolve(void notices.push(notice)) },
    findings: store.findings,
    audit: store.audit,
    now: () => clock(),
  })

/** No media server is watched here. */
const media = createMediaHub({
  now: () => Date.now(),
  onChange: () => undefined,
  warn: () => undefined,
  resumeOf: () => Promise.resolve(() => null),
})

const HERE = { country: 'FR', city: 'Lyon', latitude: 45.76, longitude: 4.84, accuracyKm: 25 }
const THERE = { country: 'AU', city: 'Sydney', latitude: -33.87, longitude: 151.21, accuracyKm: 25 }

/** Ann's television has played for an hour, and a box far away for half of it. */
const events = (): PlayEvent[] => {
  const at = Date.now()
  const told = { account: ACCOUNT, at, type: 'updated' } as const
  return [
    sampleEvent({
      ...told,
      id: 'sid-tv',
      startedAt: at - 60 * MINUTE,
      network: '192.0.2.1',
      client: 'VLC',
      ...HERE,
    }),
    sampleEvent({
      ...told,
      id: 'sid-box',
      startedAt: at - 30 * MINUTE,
      network: '198.51.100.9',
      client: 'TiviMate',
      ...THERE,
    }),
  ]
}

const open = async (id: string, network: string) => {
  const request = opening(ACCOUNT, id, { limits, network, player: id, channel: id })
  expect(await sessions.open(request)).toMatchObject({ outcome: 'admitted' })
  return request
}

const live = async (): Promise<string[]> =>
  (await sessions.ofAccount(ACCOUNT)).map(({ sid }) => sid).sort()

const detect = async (rules: readonly DetectionRule[], told = events()) => {
  await publishEvents(plane.redis, told)
  const options = { redis: plane.redis, store, rules, now: () => Date.now(), respond: respond() }
  const detectors = await runDetectors(options)
  await until('the end', async () => (await detectors.waiting()) === 0)
  await detectors.stop()
  const [finding] = await allFindings(store)
  return finding
}

const audit = async () => (await store.audit.list({ limit: 100 })).rows

const rule = (changes: object, action: object) =>
  rulesOf([{ id: 'places', kind: 'simultaneous_places', ...changes, actions: [action] }])

describe('a rule that found something', () => {
  beforeEach(async () => {
    await open('tv', '192.0.2.1')
    await open('box', '198.51.100.9')
  })

  test('does nothing while it runs dry, and says what it would do', async () => {
    for (const action of ['limit', 'end', 'ban']) {
      await store.findings.remove((await allFindings(store))[0]?.id ?? '')
      const finding = await detect(rule({ dry_run: true }, { do: action }))
      expect(finding).toMatchObject({ acted: `${action}:dry_run`, state: 'open' })
      expect(notices.at(-1)).toMatchObject({ outcome: 'dry_run', step: { do: action } })
    }
    expect(await live()).toEqual(['sid-box', 'sid-tv'])
    expect(plane.sessions.bans.list()).toEqual([])
    expect(imposed.list().size).toBe(0)
    expect(await audit()).toEqual([])
  })

  test('ends the session it is about and no other, once, and writes it down', async () => {
    const armed = rule({ dry_run: false }, { do: 'end' })
    expect(await detect(armed)).toMatchObject({ acted: 'end:done' })
    expect(await live()).toEqual(['sid-tv'])
    expect(plane.ends).toMatchObject([{ account: ACCOUNT, reason: 'session.ended' }])
    const [entry, ...others] = await audit()
    expect(others).toEqual([])
    expect(entry).toMatchObject({ actor: 'rule:places', action: 'respond.end', subject: ACCOUNT })
    expect(entry?.after).toMatchObject({ outcome: 'done', ended: ['sid-box'] })
    // What it ended comes back as an ended play and is no new conflict.
    const ended = { type: 'closed', reason: 'session.ended' } as const
    await detect(
      armed,
      events()
        .slice(1)
        .map((event) => ({ ...event, ...ended })),
    )
    expect(await allFindings(store)).toHaveLength(1)
    expect(await audit()).toHaveLength(1)
  })

  test('bans the account, or the network the viewer came from, for a time', async () => {
    const byAccount = rule({ dry_run: false }, { do: 'ban', minutes: 5 })
    expect(await detect(byAccount)).toMatchObject({ acted: 'ban:done' })
    expect(await live()).toEqual([])
    const [ban] = plane.sessions.bans.list().filter(({ kind }) => kind === 'account')
    expect(ban).toMatchObject({ subject: ACCOUNT, by: 'rule:places', reason: 'ban.account' })
    expect(ban?.until).toBeLessThanOrEqual(Date.now() + 5 * MINUTE)
    await plane.sessions.bans.unban('account', ACCOUNT)
    await store.findings.remove((await allFindings(store))[0]?.id ?? '')
    await open('tv', '192.0.2.1')
    await open('box', '198.51.100.9')
    await detect(rule({ dry_run: false }, { do: 'ban', target: 'network' }))
    const banned = plane.sessions.bans.list().filter(({ kind }) => kind === 'network')
    expect(banned).toMatchObject([{ subject: '198.51.100.9', by: 'rule:places' }])
    expect(await live()).toEqual(['sid-tv'])
  })

  test('that has the conflict no more to look at ends nobody', async () => {
    const [tv] = (await sessions.ofAccount(ACCOUNT)).filter(({ sid }) => sid === 'sid-tv')
    await sessions.close([tv?.id ?? ''])
    expect(await detect(rule({ dry_run: false }, { do: 'end' }))).toMatchObject({
      acted: 'end:stale',
    })
    expect(await live()).toEqual(['sid-box'])
  })

  test('limits the account until the time is over', async () => {
    expect(
      await detect(rule({ dry_run: false }, { do: 'limit', streams: 2, minutes: 5 })),
    ).toMatchObject({ acted: 'limit:done' })
    const third = opening(ACCOUNT, 'third', {
      limits: { ...limits, limitation: 'hard' },
      player: 'third',
      channel: 'third',
    })
    expect(await sessions.open(third)).toMatchObject({ outcome: 'refused', reason: 'cap.streams' })
    const elsewhere = createImposedLimits({
      settings: store.settings,
      atomically: () => Promise.resolve(),
      now: () => clock(),
    })
    await elsewhere.reload()
    expect(elsewhere.of(ACCOUNT)).toMatchObject({ streams: 2, by: 'rule:places' })
    clock = () => Date.now() + 6 * MINUTE
    expect(await elsewhere.reload()).toEqual([ACCOUNT])
    expect(imposed.clamp(ACCOUNT, limits)).toEqual(limits)
  })
})

test('a rule climbs its steps with each finding', async () => {
  const steps = [
    { do: 'observe' },
    { do: 'notify', from_finding: 2 },
    { do: 'end', from_finding: 3 },
  ]
  const rules = rulesOf([
    {
      id: 'abroad',
      kind: 'geo_restriction',
      cool_down_minutes: 0,
      dry_run: false,
      params: { mode: 'allow', countries: ['FR'] },
      actions: steps,
    },
  ])
  const acted: (string | null)[] = []
  for (const id of ['one', 'two', 'three']) {
    await open(id, '198.51.100.9')
    const at = Date.now()
    await detect(rules, [
      sampleEvent({
        type: 'opened',
        account: ACCOUNT,
        at,
        startedAt: at,
        id: `sid-${id}`,
        network: '198.51.100.9',
        ...THERE,
      }),
    ])
    const { rows } = await store.findings.list({ sort: 'at', descending: true, limit: 1 })
    acted.push(rows[0]?.acted ?? null)
  }
  expect(acted).toEqual(['observe:done', 'notify:done', 'end:done'])
  expect(notices.map(({ step }) => step.do)).toEqual(['notify', 'end'])
  expect(await live()).toEqual(['sid-one', 'sid-two'])
})
