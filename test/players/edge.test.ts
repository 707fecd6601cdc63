import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import {
  frameHashes,
  playWithFfmpeg,
  playWithVlc,
  startFfmpeg,
  startVlc,
} from '../support/programs/players.ts'
import { until } from '../support/programs/port.ts'
import { startService, type TestService } from '../support/programs/service.ts'

let service: TestService

beforeAll(async () => {
  service = await startService()
}, 300_000)
afterAll(() => service?.stop())

const home = { headers: { 'X-Forwarded-For': '192.168.1.20' } }

/** The address of a channel in the playlist a viewer gets. */
async function channelUrl(
  id: string,
  viewer: { headers?: Record<string, string>; token?: string },
) {
  const url = `${service.edge}/playlist.m3u${viewer.token === undefined ? '' : `?token=${viewer.token}`}`
  const text = await (await fetch(url, { headers: viewer.headers ?? {} })).text()
  const found = text.split('\n').find((line) => line.startsWith('http') && line.includes(`/${id}/`))
  if (found === undefined) throw new Error(`${id} is not in the playlist:\n${text}`)
  return found
}

function tokenOf(name: string): string {
  return service.ready.accounts.find((it) => it.name === name)?.token ?? ''
}

describe('ffmpeg plays every kind of channel through the edge', () => {
  test.each([
    ['federal-1', '192.168.2.1'],
    ['sport-1', '192.168.2.2'],
    ['sport-2', '192.168.2.3'],
    ['sport-4', '192.168.2.4'],
    ['film-3', '192.168.2.5'],
  ])('%s', async (id, address) => {
    // An address each: viewers without an account are capped by theirs.
    const viewer = { headers: { 'X-Forwarded-For': address } }
    const { exitCode, frames, output } = await playWithFfmpeg(
      await channelUrl(id, viewer),
      12,
      viewer,
    )
    const noise = /duplicated MOOV Atom|Last message repeated|No trailing CRLF/
    expect(output.split('\n').filter((line) => line !== '' && !noise.test(line))).toEqual([])
    expect(exitCode).toBe(0)
    expect(frames).toBe(300)
  })
})

test('the pictures that arrive are the origin’s, one by one', async () => {
  const viewer = { headers: { 'X-Forwarded-For': '192.168.3.1' } }
  const direct = await frameHashes(`${service.origin}/film-3/index.m3u8`, 60)
  const through = await frameHashes(await channelUrl('film-3', viewer), 60, viewer)
  expect(direct).toHaveLength(1500)
  expect(through).toEqual(direct)
})

test('VLC plays the playlist itself, live HLS and MPEG-TS', async () => {
  // VLC cannot send X-Forwarded-For: an account tells who it is.
  const token = tokenOf('one-screen')
  const list = await playWithVlc(`${service.edge}/playlist.m3u?token=${token}`, 12)
  expect(list.bytes, list.output).toBeGreaterThan(40_000)
})

test('two screens of an account play on for a minute while the third is refused', async () => {
  const token = tokenOf('two-screens')
  const [a, b, c] = await Promise.all(
    ['federal-1', 'federal-2', 'federal-3'].map((id) => channelUrl(id, { token })),
  )
  const first = await startFfmpeg(a ?? '')
  const second = await startVlc(b ?? '')
  try {
    await until(
      'both screens',
      async () => (await first.progress()) > 25 && (await second.progress()) > 20_000,
    )
    const from = Date.now()
    const before = [await first.progress(), await second.progress()]
    // Another player: the same one would take its own place.
    const third = await playWithFfmpeg(c ?? '', 5, { userAgent: 'SmartTV/1.0' })
    expect(third.exitCode).not.toBe(0)
    expect(third.output).toMatch(/403/)
    await new Promise((resolve) => setTimeout(resolve, 60_000 - (Date.now() - from)))
    expect(first.exitCode(), first.output()).toBeNull()
    expect(second.exitCode(), second.output()).toBeNull()
    expect((await first.progress()) - (before[0] ?? 0)).toBeGreaterThan(25 * 45)
    expect(await second.progress()).toBeGreaterThan((before[1] ?? 0) * 2)
    const again = await fetch(c ?? '', { redirect: 'manual' })
    expect(again.status).toBe(403)
  } finally {
    await first.stop()
    await second.stop()
  }
}, 150_000)

test('a home list opened by a stranger is refused', async () => {
  const url = await channelUrl('film-1', home)
  const there = await fetch(url, {
    headers: { 'X-Forwarded-For': '203.0.113.9' },
    redirect: 'manual',
  })
  expect(there.status).toBe(410)
  expect(there.headers.get('x-gatehouse-reason')).toBe('group.moved')
})
