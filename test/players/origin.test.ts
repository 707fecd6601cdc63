import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { packageRoot } from '../../control/config/paths.ts'
import { loadMedia } from '../../control/demo/media-files.ts'
import { createOrigin } from '../../control/demo/server.ts'
import { frameHashes, playWithFfmpeg, playWithVlc } from '../support/programs/players.ts'

const origin = createOrigin(loadMedia(join(packageRoot(), 'control/demo/media')))
let base = ''

beforeAll(async () => {
  await new Promise<void>((resolve) => origin.listen(0, '127.0.0.1', resolve))
  base = `http://127.0.0.1:${(origin.address() as AddressInfo).port}`
})
afterAll(() => {
  origin.closeAllConnections()
  origin.close()
})

// 20 s are longer than the clip, so every run crosses the place where it begins anew.
describe('each kind of channel plays over the seam of the clip', () => {
  test.concurrent.each([
    ['live HLS', 'federal-1/index.m3u8'],
    ['master with sound apart', 'sport-1/index.m3u8'],
    ['fMP4', 'sport-2/index.m3u8'],
    ['MPEG-TS', 'sport-4/mpegts'],
  ])('ffmpeg: %s', async (_, path) => {
    const { exitCode, frames, output } = await playWithFfmpeg(`${base}/${path}`, 20)
    const noise = /duplicated MOOV Atom|Last message repeated/
    expect(output.split('\n').filter((line) => line !== '' && !noise.test(line))).toEqual([])
    expect(exitCode).toBe(0)
    expect(frames).toBe(500)
  })

  test.concurrent.each([
    ['live HLS', 'federal-1/index.m3u8'],
    ['MPEG-TS', 'sport-4/mpegts'],
  ])('VLC: %s', async (_, path) => {
    const { bytes, output } = await playWithVlc(`${base}/${path}`, 20)
    expect(output).not.toMatch(/discontinuity received|buffer too late|libdvbpsi error/)
    expect(bytes).toBeGreaterThan(100_000)
  })
})

test('the film is ten minutes long, to the frame', async () => {
  const { exitCode, frames } = await playWithFfmpeg(`${base}/film-3/index.m3u8`, 700)
  expect(exitCode).toBe(0)
  expect(frames).toBe(15_000)
})

test('the film repeats its pictures every 16 seconds', async () => {
  const hashes = await frameHashes(`${base}/film-3/index.m3u8`, 32)
  expect(hashes).toHaveLength(800)
  expect(hashes.slice(400)).toEqual(hashes.slice(0, 400))
  expect(new Set(hashes).size).toBeGreaterThan(300)
})
