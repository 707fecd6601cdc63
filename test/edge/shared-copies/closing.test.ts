import { afterAll, beforeAll, expect, test } from 'vitest'
import { type Rig, startRig } from '../rig/rig.ts'
import { channelRows, group } from '../rig/tables.ts'
import { startViewersOrigin, type ViewersOrigin } from './viewers-origin.ts'

const LIST = '#EXTM3U\n#EXT-X-TARGETDURATION:4\na.ts\n'
let rig: Rig
let origin: ViewersOrigin
beforeAll(async () => {
  origin = await startViewersOrigin()
  rig = await startRig(
    (stub) => {
      stub.policy = { ...stub.policy, groups: [group('all', { isDefault: true })] }
      stub.tables.channels.rows = channelRows({ ch1: { origin: origin.url, base: '/hls/ch1/' } })
    },
    (it) => ({ ...it, origins: [origin.url] }),
  )
})
afterAll(async () => {
  await rig?.stop()
  await origin?.stop()
})

test('viewers wait for an origin that closes the connection of whoever asks it', async () => {
  origin.written.set('/hls/ch1/live.m3u8', (_, count) =>
    count <= 2 ? { text: '', status: 0 } : LIST,
  )
  const opened = await rig.get(`/live/${rig.ticket()}/ch1/index.m3u8`)
  const path = (opened.headers.get('location') ?? '').replace('index.m3u8', 'live.m3u8')
  const answers = await Promise.all(Array.from({ length: 20 }, () => rig.get(path)))
  expect(new Set(answers.map(({ status, text }) => `${status} ${text}`))).toEqual(
    new Set([`200 ${LIST}`]),
  )
  expect(origin.counts.get('/hls/ch1/live.m3u8')).toBeLessThan(12)
})
