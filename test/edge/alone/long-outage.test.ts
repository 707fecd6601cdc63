import { afterAll, beforeAll, expect, test } from 'vitest'
import { pause } from '../../support/pause.ts'
import { type Rig, startRig } from '../rig/rig.ts'
import { channelRows, group } from '../rig/tables.ts'

/** How long a lease is that the edge gives by itself, in seconds. */
const LEASE_SEC = 5

let rig: Rig
beforeAll(async () => {
  rig = await startRig((stub, origin) => {
    stub.policy = {
      ...stub.policy,
      graceLeaseSec: LEASE_SEC,
      groups: [group('all', { isDefault: true, cap: 2 })],
    }
    stub.tables.channels.rows = channelRows({ ch1: { origin: origin.url, base: '/hls/ch1/' } })
    origin.files.set('/hls/ch1/index.m3u8', { type: 'application/x-mpegurl', body: '#EXTM3U\n' })
  })
})
afterAll(() => rig?.stop())

const open = async (ticket: string, from: string) => {
  const { status, reason, headers } = await rig.get(`/live/${ticket}/ch1/index.m3u8`, { from })
  return { status, reason, path: headers.get('location') ?? '' }
}

test('who plays keeps the place for as long as control is away, and gives it back by silence', async () => {
  await rig.stub.stop()
  const ticket = rig.ticket({ account: 'own:long' })
  const screens = ['198.51.100.1', '198.51.100.2']
  const paths = await Promise.all(screens.map(async (from) => (await open(ticket, from)).path))
  const poll = async (count: number) => {
    for (const [at, from] of screens.slice(0, count).entries())
      expect((await rig.get(paths[at] ?? '', { from })).status).toBe(200)
  }
  // Three times as long as a lease is.
  const end = Date.now() + 3 * LEASE_SEC * 1000
  for (let round = 0; Date.now() < end; round += 1) {
    await poll(2)
    const { status, reason } = await open(ticket, '198.51.100.3')
    expect([round, status, reason]).toEqual([round, 403, 'cap.edge'])
    await pause(300)
  }
  const third = async () => {
    await poll(1)
    return (await open(ticket, '198.51.100.3')).status
  }
  await expect.poll(third, { timeout: 4000 * LEASE_SEC, interval: 1000 }).toBe(302)
  await poll(1)
  expect((await open(ticket, '198.51.100.4')).reason).toBe('cap.edge')
})
