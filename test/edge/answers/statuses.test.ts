import { afterAll, beforeAll, expect, test } from 'vitest'
import type { Rig, startRig } from '../rig/rig.ts'
import { channelRows, group } from '../rig/tables.ts'
import { BASE, open, PASSWORD, startBoth, USER } from './panel.ts'

const prepare: Parameters<typeof startRig>[0] = (stub, { url }) => {
  stub.policy = { ...stub.policy, groups: [group('all', { isDefault: true })] }
  stub.tables.channels.rows = channelRows({
    panel: { origin: url, base: BASE, entry: '7.m3u8' },
  })
}
let rig: Rig
/** Judges every segment one hop away, as in a crowd. */
let crowded: Rig
beforeAll(async () => {
  ;[rig, crowded] = await startBoth(prepare)
})
afterAll(async () => {
  await rig?.stop()
  await crowded?.stop()
})

const TELLING = `<p>login ${USER}/${PASSWORD} has expired</p>`.repeat(3000)
const put = (at: Rig, name: string, file: { type: string; body: string; status: number }) => {
  at.origin.files.set(BASE + name, file)
}

test.each([444, 494, 499, 600, 799, 999])(
  'what comes under a status that HTTP does not know is no segment: %i',
  async (status) => {
    for (const at of [rig, crowded]) {
      const root = await open(at, 'panel')
      // By then nothing is looked at in what its origin calls media.
      put(at, 'good.ts', { body: 'video', type: 'video/mp2t', status: 200 })
      for (let round = 0; round < 3; round += 1) await at.get(`${root}good.ts`)
      for (const type of ['video/mp2t', 'text/plain', 'application/octet-stream']) {
        put(at, 'bad.ts', { body: TELLING, type: type, status: status })
        const { status: told, reason, text } = await at.get(`${root}bad.ts`)
        expect([told, reason, text]).toEqual([204, 'origin.unreadable', ''])
      }
      expect((await at.get(`${root}good.ts`)).text).toBe('video')
    }
  },
)

test.each([203, 299])('any that says all is well is taken for 200: %i', async (status) => {
  const root = await open(rig, 'panel')
  put(rig, 'a.ts', { body: 'video', type: 'video/mp2t', status: status })
  expect(await rig.get(`${root}a.ts`)).toMatchObject({ status, text: 'video' })
  put(rig, 'b.ts', { body: `login ${USER} has expired`, type: '', status: status })
  expect((await rig.get(`${root}b.ts`)).text).toBe('login *** has expired')
})
