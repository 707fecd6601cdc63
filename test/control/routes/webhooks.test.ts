import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import Fastify, { type FastifyInstance } from 'fastify'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { packageRoot } from '../../../control/config/paths.ts'
import { startEmby } from '../../../control/demo/media-servers/emby.ts'
import { startJellyfin } from '../../../control/demo/media-servers/jellyfin.ts'
import type { MediaBrowserServer } from '../../../control/demo/media-servers/mediabrowser.ts'
import { type PlexServer, startPlex } from '../../../control/demo/media-servers/plex.ts'
import { webhookRoutes } from '../../../control/routes/webhooks.ts'
import { createMediaHub, type MediaHub } from '../../../control/sources/hub/hub.ts'
import { staged, TOKEN } from '../../support/media-servers/media-servers.ts'
import { until } from '../../support/programs/port.ts'

const SECRET = 'the-secret-of-webhooks'

let app: FastifyInstance
let hub: MediaHub
let plex: PlexServer
let jellyfin: MediaBrowserServer
let emby: MediaBrowserServer

/** A body of several parts, as Plex's and Emby's HTTP clients write it. */
const parts = (...all: readonly { name: string; text: string; file?: string }[]) => {
  const boundary = '----------------------------a1b2'
  const lines = all.flatMap(({ name, text, file }) => [
    `--${boundary}`,
    `Content-Disposition: form-data; name="${name}"${file === undefined ? '' : `; filename="${file}"`}`,
    `Content-Type: ${file === undefined ? 'application/json' : 'image/jpeg'}`,
    '',
    text,
  ])
  return {
    payload: [...lines, `--${boundary}--`, ''].join('\r\n'),
    headers: { 'content-type': `multipart/form-data; boundary=${boundary}` },
  }
}

const asText = (body: unknown, type = 'application/json') => ({
  payload: typeof body === 'string' ? body : JSON.stringify(body),
  headers: { 'content-type': type },
})

interface Sent {
  readonly payload: string
  readonly headers: Readonly<Record<string, string>>
}

const post = async (name: string, { payload, headers }: Sent, secret = SECRET) =>
  await app.inject({
    method: 'POST',
    url: `/hooks/media/${name}?secret=${secret}`,
    payload,
    headers,
  })

const plexBody = (event: string) => ({
  event,
  user: true,
  owner: true,
  Account: { id: 1, thumb: '', title: 'Ann' },
  Server: { title: 'House', uuid: '54664a3d8acc39983675640ec9ce00b70af9cc36' },
  Player: { local: true, publicAddress: '203.0.113.9', title: 'TV', uuid: 'tv' },
  Metadata: { librarySectionType: 'movie', ratingKey: '501', type: 'movie', title: 'A Film' },
})

const jellyfinBody = (type: string) => ({
  ServerId: 'server',
  NotificationType: type,
  NotificationUsername: 'Ann',
  UserId: '1',
  ItemType: 'Movie',
  Name: 'A Film',
  DeviceId: 'tv',
})

const embyBody = (event: string) => ({
  Title: 'Ann is playing A Film',
  Date: '2026-11-29T02:00:00.0000000Z',
  Event: event,
  User: { Name: 'Ann', Id: '1' },
  Server: { Name: 'Cellar', Id: 'server', Version: '4.9.0.42' },
  Session: { RemoteEndPoint: '198.51.100.7', Client: 'Emby Web', DeviceId: 'tv', Id: 'a' },
})

beforeAll(async () => {
  plex = await startPlex({ token: TOKEN })
  plex.setEvents('hang')
  // Before 12 a key is told of nothing: the server has to be asked.
  jellyfin = await startJellyfin({ token: TOKEN, version: '10.10.7' })
  emby = await startEmby({ token: TOKEN, lostSubscriptions: 99 })
  hub = createMediaHub({
    now: () => Date.now(),
    clientId: 'test',
    onChange: () => undefined,
    warn: () => undefined,
    resumeOf: async () => await Promise.resolve(() => null),
  })
  const common = { token: TOKEN, verifyTls: true, allowSignOut: false, from: 'config' } as const
  await hub.configure([
    { ...common, name: 'house', kind: 'plex', url: plex.url },
    { ...common, name: 'attic', kind: 'jellyfin', url: jellyfin.url },
    { ...common, name: 'cellar', kind: 'emby', url: emby.url },
    { ...common, name: 'none', kind: 'emby', url: emby.url },
  ])
  await until('all are watched', () =>
    hub.list().every(({ source }) => source.health().state === 'watching'),
  )
  app = Fastify()
  await webhookRoutes(app, {
    hub,
    secrets: { of: async (name) => await Promise.resolve(name === 'none' ? null : SECRET) },
  })
})
afterAll(async () => {
  await app.close()
  await hub.stop()
  await Promise.all([plex.close(), jellyfin.close(), emby.close()])
})
/** The server is asked every five to ten seconds: sooner is the webhook's doing. */
const isSeenAtOnce = async (source: string, title = 'A Film'): Promise<void> => {
  const before = performance.now()
  await until('it is seen', () =>
    hub.sessions().some((one) => one.source === source && one.channel === title),
  )
  expect(performance.now() - before).toBeLessThan(4500)
}

const template = (): string => {
  const docs = readFileSync(join(packageRoot(), 'docs/media-servers.md'), 'utf8')
  return /```json tautulli\n([\s\S]*?)```/.exec(docs)?.[1] ?? ''
}

describe('a webhook has its server looked at at once', () => {
  test('Plex: the payload among parts, with a picture beside it', async () => {
    plex.stage.play([staged()])
    const picture = { name: 'thumb', text: '\u00ff\u00d8\u00ff'.repeat(100_000), file: 'thumb.jpg' }
    const payload = { name: 'payload', text: JSON.stringify(plexBody('media.play')) }
    const answer = await post('house', parts(payload, picture))
    expect([answer.statusCode, answer.json()]).toEqual([
      200,
      { server: 'house', event: 'media.play', looked: true },
    ])
    await isSeenAtOnce('plex:house')
  })

  test('Jellyfin: JSON, also where the plugin calls it text', async () => {
    jellyfin.stage.play([staged()])
    const body = jellyfinBody('PlaybackStart')
    expect((await post('attic', asText(body, 'text/plain; charset=utf-8'))).statusCode).toBe(200)
    await isSeenAtOnce('jellyfin:attic')
    expect((await post('attic', asText(body))).json()).toMatchObject({ looked: true })
  })

  test('Emby: JSON, or a part named data', async () => {
    emby.stage.play([staged()])
    const body = embyBody('playback.start')
    const data = { name: 'data', text: JSON.stringify(body) }
    expect((await post('cellar', parts(data))).statusCode).toBe(200)
    await isSeenAtOnce('emby:cellar')
    expect((await post('cellar', asText(body))).json()).toMatchObject({ looked: true })
  })

  test('Tautulli: the template of the documentation, filled in as Tautulli does', async () => {
    plex.stage.play([staged({ item: { id: '502', title: 'Another' }, session: 'b' })])
    const values: Record<string, string> = { action: 'play', user: 'Ann "the first"' }
    const filled = template().replace(/\{(\w+)\}/g, (_whole, name: string) =>
      JSON.stringify(values[name] ?? '').slice(1, -1),
    )
    expect(filled).not.toBe('')
    expect((await post('house', asText(filled))).json()).toEqual({
      server: 'house',
      event: 'play',
      looked: true,
    })
    await isSeenAtOnce('plex:house', 'Another')
  })

  test('what is no news of a play is taken and changes nothing', async () => {
    const before = plex.requests().length
    for (const event of ['library.new', 'media.rate', 'device.new'])
      expect(
        (
          await post('house', parts({ name: 'payload', text: JSON.stringify(plexBody(event)) }))
        ).json(),
      ).toMatchObject({ looked: false })
    expect((await post('attic', asText(jellyfinBody('PlaybackProgress')))).json()).toMatchObject({
      looked: false,
    })
    expect(
      plex
        .requests()
        .slice(before)
        .filter((one) => one.includes('sessions')),
    ).toEqual([])
  })
})

describe('a webhook is refused', () => {
  const good = asText(embyBody('playback.start'))
  test.each([
    ['a wrong secret', 'cellar', 'wrong'],
    ['a secret cut short', 'cellar', SECRET.slice(0, -1)],
    ['no secret', 'cellar', ''],
    ['a server that takes none', 'none', SECRET],
  ])('%s: 401, whatever the server', async (_what, name, secret) => {
    const answer = await post(name, good, secret)
    expect([answer.statusCode, answer.json()]).toEqual([
      401,
      { status: 401, detail: 'no webhooks of such a server are taken, or the secret is wrong' },
    ])
  })

  test('the secret may come in a header', async () => {
    const headers = { ...good.headers, 'x-hook-secret': SECRET }
    const url = '/hooks/media/cellar'
    const answer = await app.inject({ method: 'POST', url, payload: good.payload, headers })
    expect(answer.statusCode).toBe(200)
    const wrong = { ...headers, 'x-hook-secret': 'wrong' }
    const refused = await app.inject({ method: 'POST', url, payload: good.payload, headers: wrong })
    expect(refused.statusCode).toBe(401)
  })

  test.each([
    ['no JSON', 400, asText('{"Event":'), 'its body is no JSON'],
    ['a list', 400, asText([]), 'JSON, and no object'],
    ['nothing', 400, asText(''), 'it has no body'],
    ['no event', 400, asText({ hello: 1 }), 'it names no event'],
    [
      'the webhook of another kind',
      400,
      asText(jellyfinBody('PlaybackStart')),
      'it is a webhook of Jellyfin, and this server is Emby',
    ],
    [
      'parts without the one that counts',
      400,
      parts({ name: 'x', text: '{}' }),
      'none of the parts',
    ],
    [
      'parts that are cut off',
      400,
      {
        ...parts({ name: 'data', text: '{}' }),
        payload: '------------------------------a1b2\r\nContent-Dispo',
      },
      'its parts cannot be read',
    ],
    [
      'another type',
      415,
      asText('<a/>', 'application/xml'),
      'multipart/form-data, application/json or text/plain',
    ],
    ['too much text', 413, asText({ Event: 'x'.repeat(1_100_000) }), '1 MB of text'],
  ] as const)('%s: %i with a sentence', async (_what, status, sent, words) => {
    const answer = await post('cellar', sent)
    expect(answer.statusCode).toBe(status)
    expect(answer.json<{ detail: string }>().detail).toContain(words)
    expect(answer.body).not.toContain(SECRET)
  })
})
