import { randomBytes } from 'node:crypto'
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import { sealPlace } from '#domain/addresses/seal'
import { nodeCrypto } from '../rig/crypto.ts'
import { startOrigin, type TestOrigin } from '../rig/origin.ts'
import { type Rig, startRig } from '../rig/rig.ts'
import { channelRows, group } from '../rig/tables.ts'

let rig: Rig
let elsewhere: TestOrigin
beforeAll(async () => {
  elsewhere = await startOrigin()
  rig = await startRig((stub, origin) => {
    stub.policy = { ...stub.policy, groups: [group('all', { isDefault: true })] }
    stub.tables.channels.rows = channelRows({
      one: { origin: origin.url, base: '/hls/one/' },
      two: { origin: origin.url, base: '/hls/two/' },
      far: { origin: elsewhere.url, base: '/hls/one/' },
    })
  })
  for (const { files } of [rig.origin, elsewhere]) {
    const body = '#EXTM3U\n#EXT-X-TARGETDURATION:1\n/keys/a.ts\n'
    for (const channel of ['one', 'two'])
      files.set(`/hls/${channel}/index.m3u8`, { type: 'application/vnd.apple.mpegurl', body })
    files.set('/keys/a.ts', { type: 'video/mp2t', body: 'a' })
  }
})
afterAll(async () => {
  await rig?.stop()
  await elsewhere?.stop()
})
beforeEach(() => {
  rig.origin.seen.length = 0
  elsewhere.seen.length = 0
})

/** A session's address of a channel, to its last slash. */
const open = async (channel: string): Promise<string> => {
  const opened = await rig.get(`/live/${rig.ticket()}/${channel}/index.m3u8`)
  expect(opened.status).toBe(302)
  return new URL('.', new URL(opened.headers.get('location') ?? '', rig.url)).pathname
}

/** The seal in a channel's manifest, which has been asked for under another argument each time. */
let turn = 0
const sealIn = async (folder: string): Promise<string> => {
  const { text } = await rig.get(`${folder}index.m3u8?turn=${++turn}`)
  return /@\/(~[^/]+)\/a\.ts/.exec(text)?.[1] ?? 'none'
}

const isRefused = async (path: string): Promise<void> => {
  const answer = await rig.get(path)
  expect([answer.status, answer.reason], path).toEqual([403, 'path.outside'])
}
const opens = async (folder: string, seal: string): Promise<void> => {
  const answer = await rig.get(`${folder}@/${seal}/a.ts`)
  expect([answer.status, answer.text], seal).toEqual([200, 'a'])
}

test('a seal that was changed anywhere opens nothing', async () => {
  const folder = await open('one')
  const seal = await sealIn(folder)
  await opens(folder, seal)
  rig.origin.seen.length = 0
  const flip = (at: number): string =>
    seal.slice(0, at) + (seal[at] === 'A' ? 'B' : 'A') + seal.slice(at + 1)
  const changed = Array.from(seal, (_, at) => flip(at))
  const cut = Array.from(seal, (_, at) => seal.slice(0, at))
  const letters = [seal.toUpperCase(), seal.toLowerCase()].filter((text) => text !== seal)
  const doubled = [
    seal + seal,
    seal + seal.slice(1),
    `~${seal}`,
    `${seal}=`,
    `${seal}A`,
    `${seal}.`,
    `${seal};x=1`,
    `%20${seal}`,
    seal.slice(1),
    seal.replace('~', '%257E'),
  ]
  for (const text of [...changed, ...cut, ...letters, ...doubled])
    await isRefused(`${folder}@/${text}/a.ts`)
  for (const rest of [`@/${seal}`, `@/@/${seal}/a.ts`, `@/${seal}/@/${seal}/a.ts`])
    await isRefused(folder + rest)
  for (const name of [`${seal}/a.ts`, 'a.ts/', '/a.ts', '..%2fa.ts'])
    await isRefused(`${folder}@/${seal}/${name}`)
  expect(rig.origin.seen).toEqual([])
})

test('a seal in percent-encoding is the same seal, of its own channel alone', async () => {
  const [folder, other] = [await open('one'), await open('two')]
  const seal = await sealIn(folder)
  const encoded = Array.from(seal, (c) => `%${c.charCodeAt(0).toString(16)}`).join('')
  const answer = await rig.get(`${folder}@/${encoded}/a.ts`)
  expect(answer.status === 403 || answer.text === 'a').toBe(true)
  await isRefused(`${other}@/${encoded}/a.ts`)
})

test('a seal of another channel, of another origin, or of a foreign key opens nothing', async () => {
  const folders = new Map<string, string>()
  for (const channel of ['one', 'two', 'far']) folders.set(channel, await open(channel))
  const seals = new Map<string, string>()
  for (const [channel, folder] of folders) {
    seals.set(channel, await sealIn(folder))
    await opens(folder, seals.get(channel) ?? '')
  }
  expect(new Set(seals.values()).size).toBe(3)
  for (const [channel, folder] of folders)
    for (const [other, seal] of seals)
      if (other !== channel) await isRefused(`${folder}@/${seal}/a.ts`)
  const { kid, secret } = rig.stub
  const place = { kind: 'file', origin: rig.origin.url, path: '/keys/a.ts' } as const
  const binding = { channel: 'one', origin: rig.origin.url }
  const forged = [
    sealPlace(nodeCrypto, { kid, secret: randomBytes(32) }, binding, place),
    sealPlace(nodeCrypto, { kid: kid + 1, secret }, binding, place),
    sealPlace(nodeCrypto, { kid, secret }, { ...binding, origin: elsewhere.url }, place),
    sealPlace(nodeCrypto, { kid, secret }, { ...binding, channel: 'One' }, place),
  ]
  for (const seal of forged) await isRefused(`${folders.get('one')}@/${seal}/a.ts`)
  await opens(
    folders.get('one') ?? '',
    sealPlace(nodeCrypto, { kid, secret }, binding, place) ?? '',
  )
})

test('a seal of the key before opens until that is removed, also where it was verified', async () => {
  const { stub } = rig
  const seal = await sealIn(await open('one'))
  await opens(await open('one'), seal)
  stub.oldSecrets = { [stub.kid]: Buffer.from(stub.secret).toString('hex') }
  stub.secret = randomBytes(32)
  stub.kid += 1
  stub.keysVersion = 'rotated'
  await expect.poll(async () => await sealIn(await open('one')), { timeout: 15_000 }).not.toBe(seal)
  const folder = await open('one')
  await opens(folder, seal)
  const fresh = await sealIn(folder)
  stub.oldSecrets = {}
  stub.keysVersion = 'removed'
  await expect
    .poll(async () => (await rig.get(`${folder}@/${seal}/a.ts`)).reason, { timeout: 15_000 })
    .toBe('path.outside')
  await opens(folder, fresh)
})
