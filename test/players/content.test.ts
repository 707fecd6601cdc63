import { createHash } from 'node:crypto'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { ask } from '../e2e/world/ask.ts'
import { type Playing, viewer } from '../e2e/world/viewer.ts'
import { adminOf, worldConfig } from '../e2e/world/world.ts'
import { frameHashes, playWithFfmpeg, playWithVlc } from '../support/programs/players.ts'
import { startService, type TestService } from '../support/programs/service.ts'

let service: TestService

beforeAll(async () => {
  // VLC cannot say that it is somebody else: this machine is at home, with the usual clocks.
  const config = worldConfig({ clocks: { idle_sec: 30 } }).replace(
    'networks: [192.168.0.0/16]',
    'networks: [192.168.0.0/16, 127.0.0.1/32]',
  )
  service = await startService({ config })
}, 300_000)
afterAll(() => service?.stop())

const hash = (bytes: Buffer) => createHash('sha256').update(bytes).digest('hex')

/** The files a playlist names, in `URI="…"` too. */
const named = (text: string): string[] => [
  ...[...text.matchAll(/URI="([^"]+)"/g)].map((it) => it[1] ?? ''),
  ...text.split('\n').filter((line) => line !== '' && !line.startsWith('#')),
]

/** Walks everything below a playlist on both ways, a few files of each, and compares every byte. */
async function compare(playing: Playing, file: string): Promise<number> {
  const [through, direct] = await Promise.all([
    playing.get(file),
    ask(service.origin, `/${playing.channel}/${file}`),
  ])
  expect([through.status, direct.status], file).toEqual([200, 200])
  if (!file.endsWith('.m3u8')) {
    expect(hash(through.body), file).toBe(hash(direct.body))
    return 1
  }
  const folder = file.includes('/') ? file.slice(0, file.lastIndexOf('/') + 1) : ''
  const files = named(through.text)
  let compared = 0
  for (const name of [files[0], files[1], files.at(-2), files.at(-1)]) {
    if (name !== undefined) compared += await compare(playing, folder + name)
  }
  return compared
}

describe('what arrives is what the origin sent, byte by byte', () => {
  test.each([
    ['federal-1', '192.168.20.1'],
    ['sport-1', '192.168.20.2'],
    ['sport-2', '192.168.20.3'],
    ['film-3', '192.168.20.4'],
  ])('%s', async (channel, address) => {
    const playing = await viewer(service.edge, { address }).play(channel)
    expect(await compare(playing, 'index.m3u8')).toBeGreaterThanOrEqual(3)
  })
})

describe('the archive', () => {
  test('ffmpeg seeks to its middle and finds the origin’s pictures there', async () => {
    const ticket = await viewer(service.edge).ticket()
    const url = `${service.edge}/live/${ticket}/film-3/index.m3u8`
    const seek = { args: ['-ss', '303'] }
    const direct = await frameHashes(`${service.origin}/film-3/index.m3u8`, 8, seek)
    const through = await frameHashes(url, 8, seek)
    expect(direct.length).toBeGreaterThan(150)
    expect(through).toEqual(direct)
    const end = await playWithFfmpeg(url, 60, { args: ['-ss', '590'] })
    expect(end.exitCode).toBe(0)
    expect(end.frames).toBeGreaterThan(200)
    expect(end.frames).toBeLessThanOrEqual(300)
  })
})

test('VLC plays sound apart, fMP4, MPEG-TS and the middle of the archive', async () => {
  const admin = adminOf(service)
  const ticketOf = async () =>
    viewer(service.edge, { token: (await admin.account(1)).token }).ticket()
  const play = async (path: string, args: string[] = []) =>
    playWithVlc(`${service.edge}/live/${await ticketOf()}/${path}`, 12, { args })
  const shown = await Promise.all([
    play('sport-1/index.m3u8'),
    play('sport-2/index.m3u8'),
    play('sport-4/stream.ts'),
    play('film-3/index.m3u8', ['--start-time=300']),
  ])
  for (const { bytes, output } of shown) expect(bytes, output).toBeGreaterThan(40_000)
  const asked = service
    .originLog()
    .split('\n')
    .filter((line) => /VLC|LibVLC/i.test(line))
    .map((line) => (JSON.parse(line) as { url: string }).url)
  for (const channel of ['sport-1', 'sport-2', 'sport-4', 'film-3']) {
    expect(
      asked.some((url) => url.startsWith(`/${channel}/`)),
      channel,
    ).toBe(true)
  }
  expect(asked.join()).not.toMatch(/token|\/live\/|\/s\//)
  // It began where it was told to, not at the beginning.
  expect(asked.filter((url) => /^\/film-3\/1[45]\d\.ts/.test(url)).length).toBeGreaterThan(0)
})
