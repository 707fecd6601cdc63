import { afterEach, beforeEach, expect, test } from 'vitest'
import { type PlexServer, startPlex } from '../../../../control/demo/media-servers/plex.ts'
import type { PlaySource } from '../../../../control/sources/model/play-source.ts'
import type { SourceSettings } from '../../../../control/sources/model/source-kind.ts'
import { notificationsOf } from '../../../../control/sources/plex/notifications.ts'
import { PLEX } from '../../../../control/sources/plex/source.ts'
import {
  recordChanges,
  sourceOf,
  staged,
  TOKEN,
} from '../../../support/media-servers/media-servers.ts'
import { pause } from '../../../support/pause.ts'
import { until } from '../../../support/programs/port.ts'

let server: PlexServer
let source: PlaySource | undefined
beforeEach(async () => {
  server = await startPlex({ token: TOKEN, pingMs: 100 })
})
afterEach(async () => {
  await source?.stop()
  await server.close()
})

/** A source that is told by events or not at all: it looks by itself only each ten minutes. */
const watch = async (settings: Partial<SourceSettings> = {}): Promise<PlaySource> => {
  source = sourceOf(PLEX, server.url, {
    pollMs: 300_000,
    timeoutMs: 500,
    silenceMs: 400,
    ...settings,
  })
  await source.start()
  return source
}

const looks = (): number =>
  server.requests().filter((request) => request === 'GET /status/sessions').length

test.each(['bare', 'container'] as const)(
  'an event (%s) shows what begins and ends',
  async (form) => {
    server.setEvents(form)
    const plex = await watch()
    await until('it listens', () => server.listeners() === 1)
    server.stage.play([staged()])
    await until('it plays', () => plex.plays().length === 1)
    server.stage.play([staged({ state: 'paused' })])
    await until('it pauses', () => plex.plays()[0]?.state === 'paused')
    server.stage.play([])
    await until('it is over', () => plex.plays().length === 0)
  },
)

test.each(['none', 'hang'] as const)(
  'without an event stream (%s) the WebSocket tells',
  async (events) => {
    server.setEvents(events)
    const plex = await watch()
    await until('it listens', () => server.listeners() === 1)
    server.stage.play([staged()])
    await until('it plays', () => plex.plays().length === 1)
  },
)

test('without an event stream a socket at the path of the specification tells', async () => {
  await server.close()
  server = await startPlex({ token: TOKEN, socketPath: '/:/websocket/notifications' })
  server.setEvents('none')
  const plex = await watch()
  await until('it listens', () => server.listeners() === 1)
  server.stage.play([staged()])
  await until('it plays', () => plex.plays().length === 1)
})

test('a stream that is open on our side alone is found out and made anew', async () => {
  const plex = await watch()
  await until('it listens', () => server.listeners() === 1)
  server.setEvents('half-closed')
  server.stage.play([staged()])
  const streams = () => server.requests().filter((one) => one.includes('eventsource')).length
  await until('the stream is made anew', () => streams() > 1)
  server.setEvents('bare')
  await until('it plays', () => plex.plays().length === 1)
})

test('buffering opens nothing, an unknown end is no news, and progress needs no look', async () => {
  server.stage.play([staged()])
  const plex = await watch()
  await until('it listens', () => server.listeners() === 1)
  await until('it has looked', () => looks() === 2)
  const before = plex.plays()[0]?.record.lastSeenAt ?? 0
  server.notify('77', 'buffering')
  server.notify('78', 'stopped')
  server.notify('not-a-number', 'playing')
  await pause(20)
  server.notify('1', 'playing')
  server.notify('1', 'buffering')
  await until('it is noted', () => (plex.plays()[0]?.record.lastSeenAt ?? 0) > before)
  expect(looks()).toBe(2)
  expect(plex.plays()).toHaveLength(1)
})

test('a server that restarts counts its sessions anew: nobody is mistaken for another', async () => {
  const { changes, onChange } = recordChanges()
  server.stage.play([staged()])
  source = sourceOf(PLEX, server.url, {}, { onChange })
  await source.start()
  await until('it listens', () => server.listeners() === 1)
  server.restart()
  server.stage.play([
    staged({
      user: { id: '2', name: 'Bob' },
      device: { id: 'phone', name: 'p', app: 'a', platform: 'iOS' },
    }),
  ])
  await until('another plays', () => source?.plays()[0]?.record.account === 'server:plex:2')
  expect(changes.map(({ type, play }) => `${type} ${play.record.account}`)).toContain(
    'closed server:plex:1',
  )
  expect(new Set(changes.map(({ play }) => play.record.id)).size).toBe(2)
})

test('a connection that ends has the server looked at: a token that is good no more is said, with what helps', async () => {
  const plex = await watch()
  await until('it listens', () => server.listeners() === 1)
  server.expireToken()
  await until('it is refused', () => plex.health().signIn === 'refused')
  expect(plex.health().problem).toContain('sign in again')
})

test('a server that is asked too often is left alone for as long as it says', async () => {
  const plex = await watch({ pollMs: 20 })
  server.setMood('throttled')
  await until('it fails', () => plex.health().state === 'failing')
  const [asked, since] = [looks(), performance.now()]
  server.setMood('well')
  await until('it watches again', () => plex.health().state === 'watching')
  expect(performance.now() - since).toBeGreaterThan(1500)
  expect(looks() - asked).toBeLessThanOrEqual(3)
})

test('the server knows one client, and only the server is asked', async () => {
  await watch({ pollMs: 20 })
  await until('it was asked often', () => looks() > 3)
  expect([...server.clients()]).toEqual(['gatehouse-test'])
})

test('old servers wrap notifications in _children', () => {
  const old = {
    type: 'playing',
    _children: [{ sessionKey: '5', ratingKey: '1', state: 'playing' }],
  }
  expect(notificationsOf(old)).toEqual([{ sessionKey: '5', ratingKey: '1', state: 'playing' }])
  expect(notificationsOf({ type: 'timeline', _children: [{ sessionKey: '5' }] })).toEqual([])
  expect(notificationsOf(null)).toEqual([])
})
