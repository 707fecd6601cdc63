import { afterAll, beforeAll, expect, test } from 'vitest'
import { type Rig, startRig } from '../rig/rig.ts'
import { channelRows, group } from '../rig/tables.ts'

const HLS = 'application/vnd.apple.mpegurl'
let rig: Rig
beforeAll(async () => {
  rig = await startRig((stub, origin) => {
    stub.policy = { ...stub.policy, groups: [group('all', { isDefault: true })] }
    stub.tables.channels.rows = channelRows({ ch1: { origin: origin.url, base: '/hls/ch1/' } })
  })
})
afterAll(async () => {
  await rig?.stop()
})

const open = async (): Promise<string> => {
  const opened = await rig.get(`/live/${rig.ticket()}/ch1/index.m3u8`)
  expect(opened.status).toBe(302)
  return (opened.headers.get('location') ?? '').replace(/[^/]*$/, '')
}

test.each(['seg.ts', 'list.m3u8'])(
  'a redirection leads to a long address, with long cookies: %s',
  async (name) => {
    const token = 'T'.repeat(16_000)
    const cookies = ['a', 'b'].map((it) => `${it}=${it.repeat(3000)}`)
    rig.origin.files.set(`/hls/ch1/last/${name}`, {
      type: name.endsWith('ts') ? 'video/mp2t' : HLS,
      body: '#EXTM3U\nx.ts\n',
    })
    rig.origin.moved.set(`/hls/ch1/${name}`, `/hls/ch1/last/${name}?token=${token}`)
    rig.origin.headers.set(`/hls/ch1/${name}`, {
      'Set-Cookie': cookies.map((it) => `${it}; Path=/`),
    })
    const answer = await rig.get((await open()) + name)
    expect([answer.status, answer.headers.getSetCookie().length]).toEqual([200, 2])
    const last = rig.origin.seen.at(-1)
    expect(last?.url).toBe(`/hls/ch1/last/${name}?token=${token}`)
    expect(last?.headers.cookie).toBe(cookies.join('; '))
  },
)
