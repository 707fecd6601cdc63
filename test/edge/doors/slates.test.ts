import { afterAll, beforeAll, expect, test } from 'vitest'
import { type GetOptions, type Rig, startRig } from '../rig/rig.ts'
import { channelRows, group } from '../rig/tables.ts'

let rig: Rig
beforeAll(async () => {
  rig = await startRig((stub, origin) => {
    stub.policy = {
      ...stub.policy,
      groups: [
        group('all'),
        { ...group('films'), slates: 'en', isDefault: false },
        { ...group('below'), slates: 'ru', redirect: 'inferred', isDefault: false },
      ],
    }
    stub.tables.channels.rows = channelRows({ ch1: { origin: origin.url, base: '/hls/ch1/' } })
  })
})
afterAll(() => rig?.stop())

let nth = 0
/** A ticket of its own, so that no refusal of another case is remembered for it. */
const ticketOf = (name: string, more = {}): string =>
  rig.ticket({ group: name, account: `own:${(nth += 1)}`, ...more })
const speaking = (language?: string): GetOptions => ({
  from: `198.51.100.${(nth += 1)}`,
  headers: {
    'User-Agent': 'Box/1',
    ...(language === undefined ? {} : { 'Accept-Language': language }),
  },
})
const refuseWith = (reason: string, status = 403, named: { group?: string } = {}) => {
  rig.stub.refusal = { status, reason, denyTtl: 600, ...named }
}

const clipOf = (text: string): string => /^\/s\/slates\/.*$/m.exec(text)?.[0] ?? ''

test.each([
  ['cap.streams', 403, undefined, 'en/cap'],
  ['cap.streams', 403, 'ru-RU,ru;q=0.9', 'ru/cap'],
  ['cap.networks', 403, 'de, en;q=0.5', 'en/cap'],
  ['group.moved', 410, undefined, 'en/moved'],
  ['account.expired', 410, 'ru', 'ru/account'],
  ['ban.account', 403, undefined, 'en/banned'],
  ['channel.not_in_group', 403, undefined, 'en/notYours'],
  ['channel.surge', 403, undefined, 'en/later'],
])(
  'a refusal for %s (%i, asked in %s) is a playlist of one clip that ends',
  async (reason, status, language, clip) => {
    refuseWith(reason, status)
    const who = speaking(language)
    const path = `/live/${ticketOf('films')}/ch1/index.m3u8`
    for (let turn = 0; turn < 3; turn += 1) {
      const answer = await rig.get(path, who)
      expect([answer.status, answer.reason]).toEqual([200, reason])
      expect(answer.headers.get('content-type')).toBe('application/vnd.apple.mpegurl')
      expect(answer.headers.get('cache-control')).toBe('no-store')
      expect(answer.text).toContain('#EXT-X-ENDLIST')
      expect(answer.text.match(/#EXTINF/g)).toHaveLength(1)
      expect(clipOf(answer.text)).toBe(`/s/slates/${clip}.ts`)
    }
    const media = await rig.get(`/s/slates/${clip}.ts`, who)
    expect([media.status, media.headers.get('content-type')]).toEqual([200, 'video/mp2t'])
    expect(media.headers.get('cache-control')).toBe('no-store')
    expect(media.text.length).toBeGreaterThan(10_000)
    // MPEG-TS gets the clip itself.
    const stream = await rig.get(`/live/${ticketOf('films')}/ch1/stream.ts`, who)
    expect([stream.status, stream.reason, stream.text]).toEqual([200, reason, media.text])
    expect(stream.headers.get('content-type')).toBe('video/mp2t')
    expect(stream.headers.get('cache-control')).toBe('no-store')
  },
)

test.each(['en', 'ru'])(
  'all of a list as a range, as any manifest comes (%s)',
  async (language) => {
    refuseWith('account.expired', 410)
    const path = `/live/${ticketOf('films')}/ch1/index.m3u8`
    const who = (range: string) => ({
      headers: { 'Accept-Language': language, Range: range },
    })
    const whole = await rig.get(path, who('bytes=0-'))
    const size = whole.text.length
    expect([whole.status, whole.headers.get('content-range')]).toEqual([
      206,
      `bytes 0-${size - 1}/${size}`,
    ])
    expect(whole.headers.get('content-length')).toBe(String(size))
    expect(clipOf(whole.text)).toBe(`/s/slates/${language}/account.ts`)
    const part = await rig.get(path, who('bytes=5-'))
    expect([part.status, part.headers.get('content-range'), part.text]).toEqual([
      200,
      null,
      whole.text,
    ])
  },
)

test('control is asked once for a player that hammers, and the clip stays', async () => {
  refuseWith('cap.streams')
  const path = `/live/${ticketOf('films')}/ch1/index.m3u8`
  const who = speaking('ru')
  const before = rig.stub.count('/open')
  const seen = new Set<string>()
  for (let turn = 0; turn < 60; turn += 1) seen.add(clipOf((await rig.get(path, who)).text))
  expect([...seen]).toEqual(['/s/slates/ru/cap.ts'])
  expect(rig.stub.count('/open')).toBe(before + 1)
})

test('an expired ticket says so in its group’s language; a forged one gets a status', async () => {
  const now = Math.floor(Date.now() / 1000)
  const expired = ticketOf('below', { issued: now - 9000, expires: now - 8000 })
  const answer = await rig.get(`/live/${expired}/ch1/index.m3u8`, speaking())
  expect([answer.reason, clipOf(answer.text)]).toEqual([
    'ticket.expired',
    '/s/slates/ru/expired.ts',
  ])
  const forged = `${expired.slice(0, -2)}AA`
  expect((await rig.get(`/live/${forged}/ch1/index.m3u8`, speaking())).status).toBe(403)
})

test('a player below the ticket gets it too', async () => {
  rig.stub.checkRefusal = { reason: 'cap.streams', denyTtl: 600 }
  rig.stub.refusal = { status: 403, reason: 'cap.streams', denyTtl: 600 }
  const answer = await rig.get(`/live/${ticketOf('below')}/ch1/index.m3u8`, speaking())
  expect([answer.status, clipOf(answer.text)]).toEqual([200, '/s/slates/ru/cap.ts'])
  rig.stub.checkRefusal = null
})

test.each([
  ['another group', 'all', 'index.m3u8', 'cap.streams'],
  ['a wrong password', 'films', 'index.m3u8', 'credentials.wrong'],
  ['DASH', 'films', 'manifest.mpd', 'cap.streams'],
  ['a segment', 'films', '17.m4s', 'cap.streams'],
])('%s is answered with the status', async (_, name, file, reason) => {
  refuseWith(reason)
  const answer = await rig.get(`/live/${ticketOf(name)}/ch1/${file}`, speaking())
  expect([answer.status, answer.reason, answer.text]).toEqual([403, reason, `${reason}\n`])
})

test('by user and password the group is the one control names, also for the next channel', async () => {
  refuseWith('account.expired', 410, { group: 'films' })
  const who = speaking()
  const first = await rig.get('/live/someone/secret/ch1.ts', who)
  expect([first.status, first.reason]).toEqual([200, 'account.expired'])
  expect(first.headers.get('content-type')).toBe('video/mp2t')
  const asked = rig.stub.count('/open')
  const again = await rig.get('/live/someone/secret/ch1.m3u8', who)
  expect([again.status, clipOf(again.text)]).toEqual([200, '/s/slates/en/account.ts'])
  expect(rig.stub.count('/open')).toBe(asked)
  // Nobody's group: the default one, which has no clips.
  refuseWith('account.expired', 410)
  expect((await rig.get('/live/nobody/secret/ch1.ts', who)).status).toBe(410)
})

test.each(['/s/slates/en/nothing.ts', '/s/slates/de/cap.ts', '/s/slates/en/..%2F..%2Fedge.ts'])(
  'there is no %s',
  async (path) => {
    expect((await rig.get(path)).status).toBeGreaterThanOrEqual(403)
  },
)

test('while control is away what the edge refuses by itself is a clip too', async () => {
  await rig.stub.stop()
  const path = `/live/${ticketOf('films')}/nowhere/index.m3u8`
  const answer = await rig.get(path, speaking('ru'))
  expect([answer.status, clipOf(answer.text)]).toEqual([200, '/s/slates/ru/notYours.ts'])
}, 60_000)
