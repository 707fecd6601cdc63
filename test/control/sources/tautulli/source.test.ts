import { expect, test } from 'vitest'
import type { LivePlay } from '../../../../control/sources/model/live-play.ts'
import { SettingsError } from '../../../../control/sources/model/source-kind.ts'
import { PAST_SOURCES } from '../../../../control/sources/registry.ts'
import { TAUTULLI } from '../../../../control/sources/tautulli/source.ts'
import {
  describePlayHistory,
  describePlaySource,
  type Mood,
  type PastServer,
} from '../../../contract/play-source-contract.ts'
import {
  idlePlex,
  type Row,
  type Session,
} from '../../../support/media-servers/tautulli-activity.ts'
import { MADE_KEY, madeData, NOW_S, play } from '../../../support/media-servers/tautulli-made.ts'
import { type Fault, startTautulli } from '../../../support/media-servers/tautulli-server.ts'

const STARTED = NOW_S - 600

/** A session as `get_activity` shows it. */
const session = (over: Row = {}, isDeaf = false): Session => ({
  started: STARTED,
  isDeaf,
  row: {
    session_key: '27',
    session_id: 'helf15l3rxgw01xxe0jf3l3d',
    user_id: 1,
    username: 'u1',
    friendly_name: 'user 1',
    ip_address: '203.0.113.7',
    ip_address_public: '203.0.113.7',
    location: 'wan',
    relayed: 0,
    machine_id: 'tv',
    platform: 'webOS',
    player: 'Living room',
    product: 'Plex for LG',
    state: 'playing',
    rating_key: '501',
    full_title: 'A Film',
    title: 'A Film',
    live: 0,
    bandwidth: '2000',
    transcode_decision: 'direct play',
    ...over,
  },
})

const FAULTS: Readonly<Record<Exclude<Mood, 'well'>, Fault>> = {
  garbage: { kind: 'truncate' },
  'web page': { kind: 'html' },
  'server error': { kind: 'status', status: 500 },
  silent: { kind: 'hang' },
}

const open = async () => {
  const live = idlePlex()
  const history: Record<string, Row[]> = { 1: [], 2: [] }
  let mood: Mood = 'well'
  const sessionsSeen: string[] = []
  // As Plex counts them: a session that comes anew has a key and a start of its own.
  const numberOf = (id: string): number => {
    if (!sessionsSeen.includes(id)) sessionsSeen.push(id)
    return sessionsSeen.indexOf(id) + 1
  }
  const data = { ...madeData(history), live }
  const tautulli = await startTautulli(data, {
    fault: () => (mood === 'well' ? undefined : FAULTS[mood]),
  })
  const server: PastServer = {
    token: MADE_KEY,
    source: (changes, onChange) =>
      TAUTULLI.create(
        {
          name: null,
          url: tautulli.url,
          token: MADE_KEY,
          backoffMs: [],
          pollMs: 20,
          confirmMs: 1000,
          ...changes,
        },
        { now: () => Date.now(), ...(onChange ? { onChange } : {}) },
      ),
    play: (plays) => {
      live.sessions = plays.map(({ user, device, item, session: id, isDeaf }) => ({
        ...session(
          {
            session_key: String(numberOf(id)),
            session_id: id,
            user_id: user,
            machine_id: device,
            rating_key: item,
          },
          isDeaf,
        ),
        started: STARTED + numberOf(id),
      }))
    },
    remember: (count) => {
      history['1'] = Array.from({ length: count }, (_, n) =>
        play({ row_id: count - n, started: NOW_S - 3600 * (n + 1) }),
      )
    },
    setMood: (next) => {
      mood = next
    },
    allowEnds: (isAllowed) => {
      live.hasPlexPass = isAllowed
    },
    ended: () =>
      live.messages.map(({ session: id, message }) => ({ session: id, reason: message })),
    connections: async () => await tautulli.connections(),
    close: async () => await tautulli.close(),
  }
  return { server, live, tautulli }
}

describePlaySource('tautulli', async () => (await open()).server)
describePlayHistory('tautulli', async () => (await open()).server)

const watch = async (sessions: Session[]): Promise<readonly LivePlay[]> => {
  const { server, live } = await open()
  live.sessions = sessions
  const source = server.source()
  try {
    await source.start()
    return source.plays()
  } finally {
    await source.stop()
    await server.close()
  }
}

test('a session becomes a play that began when the history says', async () => {
  const [found] = await watch([session()])
  expect(found).toMatchObject({ key: '1:tv:501', state: 'playing', canEnd: true })
  expect(found?.record).toMatchObject({
    id: `live:27:${STARTED}`,
    account: 'backend:tautulli:1',
    accountName: 'user 1',
    address: '203.0.113.7',
    client: 'Plex for LG',
    title: 'A Film',
    startedAt: STARTED * 1000,
    endedAt: null,
  })
})

test('through the relay the address is the public one, or none', async () => {
  const relayed = { ip_address: '127.0.0.1', relayed: 1 }
  const plays = await watch([
    session({ ...relayed, ip_address_public: '198.51.100.4' }),
    session({ ...relayed, ip_address_public: '127.0.0.1', machine_id: 'box', session_key: '28' }),
  ])
  expect(plays.map(({ record }) => record.address)).toEqual(['198.51.100.4', null])
})

test('a channel is one play while its programmes change', async () => {
  const channel = { live: 1, channel_identifier: 'bbc1', channel_title: 'BBC One' }
  const [news] = await watch([session({ ...channel, rating_key: '1' })])
  const [film] = await watch([session({ ...channel, rating_key: '2', state: 'paused' })])
  expect(film).toMatchObject({ key: news?.key, state: 'paused', record: { channel: 'BBC One' } })
})

test('sessions without a user are left out', async () => {
  expect(await watch([session({ user_id: null })])).toEqual([])
})

test('a Tautulli that does not reach its Plex server says nothing of what plays', async () => {
  const { server, live } = await open()
  live.sessions = [session()]
  const source = server.source()
  await source.start()
  live.reachesPlex = false
  expect(await source.end('1:tv:501', 'x')).toMatchObject({ why: 'unreachable' })
  expect(source.health().problem).toContain('does Tautulli reach its Plex server?')
  expect(source.plays()).toHaveLength(1)
  await source.stop()
  await server.close()
})

test('settings that cannot work are named', () => {
  const settings = { name: null, url: 'http://nas:8181', token: 'key' }
  const create = (changes: object) => () =>
    PAST_SOURCES['tautulli']?.create({ ...settings, ...changes }, { now: () => 0 })
  expect(create({ url: 'ftp://nas' })).toThrow(SettingsError)
  expect(create({ url: '' })).toThrow('needs a host, host:port or URL')
  expect(create({ token: '' })).toThrow('is empty')
})
