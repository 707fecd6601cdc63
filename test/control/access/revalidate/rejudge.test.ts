import { expect, test } from 'vitest'
import {
  type AuthBackend,
  createAuthorize,
  createDecideByRules,
} from '../../../../control/access/authorize/authorize.ts'
import { createMemoryLiveAuth } from '../../../../control/access/revalidate/live-auth-memory.ts'
import { createLiveRevalidation } from '../../../../control/access/revalidate/live-revalidation.ts'
import {
  type AuthRules,
  refusedOnReturn,
  rejudge,
} from '../../../../control/access/revalidate/rejudge.ts'
import type { LiveSession } from '../../../../control/sessions/model/live-session.ts'
import { authorizer, clocks, digest, opening } from '../authorize/setting.ts'

const OUTSIDE = [{ url: 'http://127.0.0.1:1/', timeoutMs: 100 }]

const source = (more: Partial<AuthBackend>): AuthBackend => ({
  name: 'main',
  backends: [],
  allowDefault: false,
  ...more,
})

/** Sessions let in under one configuration, held against the next. */
const setting = async (first: AuthBackend) => {
  const made = authorizer({ ...first })
  const store = createMemoryLiveAuth()
  const ended: string[] = []
  const running: LiveSession[] = []
  const bookOf = (next: AuthBackend | null): AuthRules => ({
    backendFor: () => next?.name ?? null,
    byRules: createDecideByRules(next === null ? [] : [next], { digest, clocks }),
    tokenByPrint: (_name, print) => (print === '0badf00d' ? 'bad' : null),
    isLinked: (channel) => channel === 'linked',
  })
  const now = () => made.time.now
  const lifecycleWith = (book: AuthRules) =>
    createLiveRevalidation({
      authorize: createAuthorize([source({})], {
        ...made,
        decisions: made.store,
        digest,
        clocks,
        now,
      }),
      store,
      book,
      now,
      bytesOf: async () => 0,
      clientsOf: async () => ({ stream: 0, total: 0 }),
      end: async (sid, reason) => void ended.push(`${sid} ${reason}`),
      keep: async () => undefined,
      forget: async () => undefined,
    })
  const open = async (sessionId: string, odd: Partial<typeof opening> = {}) => {
    const request = { ...opening, group: 'all', sessionId, ...odd }
    const decision = await made.authorize(request)
    expect(decision.verdict).toBe('allow')
    await lifecycleWith(bookOf(first)).opened(request, decision)
  }
  const against = async (next: AuthBackend | null) =>
    await rejudge({
      book: bookOf(next),
      store,
      now,
      running: async function* () {
        yield* await Promise.resolve(running)
      },
      end: async (sid, { reason }) => void ended.push(`${sid} ${reason}`),
    })
  return { open, against, ended, running, bookOf, lifecycleWith, ...made, store }
}

const friends = source({ allow: { ip: ['198.51.100/24'], token: ['abc', 'bad'] } })

test('what a changed rule refuses ends, by token, address, country and user agent; the rest plays on', async () => {
  const { open, against, ended, store } = await setting(source({ allowDefault: true }))
  await open('token', { token: 'bad' })
  await open('address', { address: '203.0.113.1' })
  await open('country', { country: 'FR' })
  await open('agent', { userAgent: 'Kodi/20' })
  await open('fine')
  const deny = { token: ['bad'], ip: ['203.0.113/24'], country: ['FR'], ua: ['Kodi'] }
  expect(await against(source({ allowDefault: true, deny }))).toBe(4)
  expect(ended.toSorted()).toEqual([
    'address rule.deny_ip',
    'agent rule.deny_ua',
    'country rule.deny_country',
    'token rule.deny_token',
  ])
  expect((await store.get('fine'))?.isParked).not.toBe(true)
  expect((await store.get('token'))?.isParked).toBe(true)
})

test('who was let in by a rule that is gone is refused, or the backends are asked now', async () => {
  const { open, against, ended, store, time } = await setting(friends)
  await open('one')
  await open('two', { token: null })
  await against(source({ allow: { token: ['abc'] } }))
  expect(ended).toEqual(['two rule.no_match'])
  await against(source({ backends: OUTSIDE }))
  expect(ended).toEqual(['two rule.no_match'])
  expect((await store.get('one'))?.dueAt).toBe(time.now)
})

test('where no auth backend is asked any more, what runs plays on', async () => {
  const { open, against, ended, store } = await setting(friends)
  await open('one')
  expect(await against(null)).toBe(0)
  expect([ended, await store.get('one')]).toEqual([[], null])
})

const unjudged = (sid: string, more: Partial<LiveSession> = {}): LiveSession => ({
  id: `key-of-${sid}`,
  sid,
  account: 'net:203.0.113.1',
  accountName: null,
  address: '203.0.113.1',
  agent: 'VLC',
  country: null,
  edge: 'edge-1',
  group: 'all',
  protocol: 'hls',
  tokenPrint: null,
  channel: 'ort',
  device: 'd',
  network: '203.0.113.1',
  download: null,
  state: 'playing',
  openedAt: 1,
  startedAt: 1,
  lastSeenAt: 1,
  bytes: 0,
  requests: 0,
  seenBy: 'edge-1',
  ...more,
})

test('sessions that nobody judged when they opened are held against new rules, links left alone', async () => {
  const { against, running, ended } = await setting(source({}))
  running.push(
    unjudged('bad', { tokenPrint: '0badf00d', address: '192.0.2.1' }),
    unjudged('near'),
    unjudged('link', { channel: 'linked' }),
    unjudged('fine', { address: '192.0.2.2' }),
  )
  const deny = { token: ['bad'], ip: ['203.0.113/24'] }
  expect(await against(source({ allowDefault: true, deny }))).toBe(2)
  expect(ended).toEqual(['bad rule.deny_token', 'near rule.deny_ip'])
  // Nothing is known that a backend could be asked by.
  expect(await against(source({ backends: OUTSIDE }))).toBe(0)
})

test('a pass that comes back is held against the rules, from where it comes now', async () => {
  const { open, store, bookOf } = await setting(friends)
  await open('one')
  const live = await store.get('one')
  const moved = unjudged('one', { address: '203.0.113.77' })
  const denied = bookOf(source({ deny: { ip: ['203.0.113/24'] }, allowDefault: true }))
  expect(refusedOnReturn(live, moved, denied)?.reason).toBe('rule.deny_ip')
  expect(refusedOnReturn(null, moved, denied)?.reason).toBe('rule.deny_ip')
  const trusted = bookOf(source({ allow: { token: ['abc'] }, deny: { ip: ['203.0.113/24'] } }))
  expect(refusedOnReturn(live, moved, trusted)).toBe(null)
  expect(refusedOnReturn(null, unjudged('one', { channel: 'linked' }), denied)).toBe(null)
})

test('a control plane that does not know the auth backend yet leaves the session alone', async () => {
  const { open, lifecycleWith, bookOf, ended, store } = await setting(friends)
  await open('one')
  const newer = { ...source({ backends: OUTSIDE }), name: 'newer' }
  const lifecycle = lifecycleWith(bookOf(newer))
  await lifecycle.reauth(null)
  expect(await lifecycle.round()).toMatchObject({ asked: 1, ended: 0 })
  expect(ended).toEqual([])
  expect((await store.get('one'))?.decision.verdict).toBe('allow')
})
