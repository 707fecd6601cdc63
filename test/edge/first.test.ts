import { afterAll, beforeAll, expect, test } from 'vitest'
import { type Rig, startRig } from './rig.ts'
import { channelRows, group } from './stub-control.ts'

let rig: Rig
beforeAll(async () => {
  rig = await startRig((stub, origin) => {
    stub.policy = { ...stub.policy, groups: [group('all', { isDefault: true })] }
    stub.tables.channels.rows = channelRows({ ch1: { origin: origin.url, base: '/hls/ch1/' } })
    stub.lists.set('all', '#EXTM3U\n#EXTINF:-1,One\n@@/ch1/index.m3u8\n')
    origin.files.set('/hls/ch1/index.m3u8', {
      type: 'application/vnd.apple.mpegurl',
      body: '#EXTM3U\nseg1.ts\n/keys/k\n../x.ts\n//foreign/x\n',
    })
    origin.files.set('/hls/ch1/seg1.ts', { type: 'video/mp2t', body: 'segment' })
  })
})
afterAll(() => rig?.stop())

test('plays', async () => {
  const list = await rig.get('/playlist.m3u')
  console.log(list.status, list.text, [...list.headers])
  const url = /\/live\/\S+/.exec(list.text)?.[0] ?? ''
  const opened = await rig.get(url)
  console.log(opened.status, [...opened.headers])
  const manifest = await rig.get(opened.headers.get('location') ?? '')
  console.log(manifest.status, manifest.text, [...manifest.headers])
  const segment = await rig.get(
    (opened.headers.get('location') ?? '').replace('index.m3u8', 'seg1.ts'),
  )
  console.log(segment.status, segment.text, [...segment.headers])
  console.log(rig.nginx.errorLog())
  expect(segment.status).toBe(200)
})
