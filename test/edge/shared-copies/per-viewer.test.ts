import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { until } from '../../support/programs/port.ts'
import { type Rig, startRig } from '../rig/rig.ts'
import { channelRows, group } from '../rig/tables.ts'
import { COMMON, media, mpd, OF, PERSONAL, period, type Who, whoOf } from './kinds.ts'
import { startViewersOrigin, type ViewersOrigin } from './viewers-origin.ts'

let rig: Rig
let origin: ViewersOrigin
const DIRECTORY = '/hls/ch1/'

beforeAll(async () => {
  origin = await startViewersOrigin()
  rig = await startRig(
    (stub) => {
      stub.policy = { ...stub.policy, groups: [group('all', { isDefault: true })] }
      stub.tables.channels.rows = channelRows({ ch1: { origin: origin.url, base: DIRECTORY } })
    },
    (it) => ({ ...it, origins: [origin.url] }),
  )
})
afterAll(async () => {
  await rig?.stop()
  await origin?.stop()
})

const folder = async (who: Who): Promise<string> => {
  const opened = await rig.get(
    `/live/${rig.ticket({ account: `own:${who}` })}/ch1/index.m3u8`,
    OF[who],
  )
  expect(opened.status).toBe(302)
  return (opened.headers.get('location') ?? '').replace(/[^/]*$/, '')
}

const nameOf = (kind: string): string =>
  `${kind.replace(/[^a-z]/gi, '')}.${kind.includes('DASH') || kind.includes('licence') || kind.includes('period') ? 'mpd' : 'm3u8'}`

const get = async (path: string, who: Who): Promise<string> => {
  const { status, text } = await rig.get(path, OF[who])
  expect(status, path).toBe(200)
  return text
}

/** Asks until it is this viewer for whom the origin is asked. */
const fetchedFor = async (who: Who, name: string, below: string): Promise<void> => {
  const count = (): number => origin.counts.get(DIRECTORY + name) ?? 0
  const before = count()
  await until('a fetch', async () => {
    await get(below + name, who)
    return count() > before
  })
}

/** How often the origin is asked for six manifests in a row: as often where everybody is given his own. */
const countAsked = async (kind: string, ann: string, bob: string): Promise<number> => {
  const name = nameOf(kind)
  const before = origin.counts.get(DIRECTORY + name) ?? 0
  for (let turn = 0; turn < 3; turn += 1) {
    await get(ann + name, 'ann')
    await get(bob + name, 'bob')
  }
  return (origin.counts.get(DIRECTORY + name) ?? 0) - before
}

describe('a manifest that is written for each viewer is found out, and shared no more', () => {
  test.each(Object.keys(PERSONAL))('for the sake %s', async (kind) => {
    const name = nameOf(kind)
    origin.written.set(
      DIRECTORY + name,
      (request, count) => PERSONAL[kind]?.(whoOf(request), count) ?? '',
    )
    const [ann, bob] = [await folder('ann'), await folder('bob')]
    for (const who of ['ann', 'bob', 'ann', 'bob', 'ann'] as const)
      await fetchedFor(who, name, who === 'ann' ? ann : bob)
    expect(await countAsked(kind, ann, bob)).toBe(6)
  })
})

describe('one that is not is shared on', () => {
  test.each(Object.keys(COMMON))('with %s', async (kind) => {
    const name = nameOf(kind)
    origin.written.set(
      DIRECTORY + name,
      (request, count) => COMMON[kind]?.(whoOf(request), count) ?? '',
    )
    const [ann, bob] = [await folder('ann'), await folder('bob')]
    for (const who of ['ann', 'bob', 'ann', 'bob', 'ann'] as const)
      await fetchedFor(who, name, who === 'ann' ? ann : bob)
    expect(await countAsked(kind, ann, bob)).toBeLessThan(6)
  })
})

test('comments, which may be about one viewer, stand in no copy for all', async () => {
  const tag = '#EXT-X-CUE-OUT:30'
  const [ann, bob] = [await folder('ann'), await folder('bob')]
  origin.written.set(`${DIRECTORY}said.m3u8`, (request) =>
    media(
      1,
      (it) => `# ${it} of ${whoOf(request)}\n${it}.ts`,
      `\n#SESSION:${whoOf(request)}\n ## ${whoOf(request)}\n${tag}`,
    ),
  )
  origin.written.set(`${DIRECTORY}said.mpd`, (request) =>
    mpd(
      `<!-- ${whoOf(request)} -->${period('1', 'all/', '<Label><![CDATA[<!-- all -->]]></Label>')}`,
    ),
  )
  for (const [who, below] of [
    ['ann', ann],
    ['bob', bob],
  ] as const) {
    const list = await get(`${below}said.m3u8`, who)
    expect(list).not.toMatch(/ann|bob/)
    expect(list).toContain(`${tag}\n#EXTINF:0.4,\n\n1.ts\n`)
    const manifest = await get(`${below}said.mpd`, who)
    expect(manifest).not.toMatch(/ann|bob/)
    expect(manifest).toContain('<![CDATA[<!-- all -->]]>')
  }
})

describe('what was found out holds', () => {
  const kind = 'of a session id in segments'
  const find = async (name: string): Promise<[string, string]> => {
    origin.written.set(
      DIRECTORY + name,
      (request, count) => PERSONAL[kind]?.(whoOf(request), count) ?? '',
    )
    const [ann, bob] = [await folder('ann'), await folder('bob')]
    await fetchedFor('ann', name, ann)
    await fetchedFor('bob', name, bob)
    return [ann, bob]
  }

  test('when the catalogue changes', async () => {
    const [ann, bob] = await find('changed.m3u8')
    const { channels } = rig.stub.tables
    const [row = ''] = channels.rows.values()
    channels.rows.set('ch2', row)
    channels.version = 'c2'
    await until('the new table', () =>
      Promise.resolve(rig.stub.syncs.at(-1)?.have.channels === 'c2'),
    )
    expect(await get(`${ann}changed.m3u8`, 'ann')).toContain('s-ann/')
    expect(await get(`${bob}changed.m3u8`, 'bob')).toContain('s-bob/')
  })

  test('for the same playlist with other directives of its player', async () => {
    const [ann, bob] = await find('delivered.m3u8')
    expect(await get(`${ann}delivered.m3u8?_HLS_skip=YES`, 'ann')).toContain('s-ann/')
    expect(await get(`${bob}delivered.m3u8?_HLS_skip=YES`, 'bob')).toContain('s-bob/')
  })

  test('and control is told of it', async () => {
    await find('told.m3u8')
    await until('the report', () =>
      Promise.resolve(
        rig.stub.syncs.some((it) =>
          (it.unshared ?? []).some(([channel, from]) => channel === 'ch1' && from === origin.url),
        ),
      ),
    )
  })
})

test('a new signing key makes no manifest one of each viewer', async () => {
  origin.written.set(`${DIRECTORY}signed.m3u8`, (_, count) =>
    media(count, (it) => `/else/${it}.ts`),
  )
  const [ann, bob] = [await folder('ann'), await folder('bob')]
  const before = await get(`${ann}signed.m3u8`, 'ann')
  rig.stub.oldSecrets = { 1: Buffer.from(rig.stub.secret).toString('hex') }
  rig.stub.secret = Buffer.alloc(32, 7)
  rig.stub.kid = 2
  rig.stub.keysVersion = 'k2'
  await until('the new key', () => Promise.resolve(rig.stub.syncs.at(-1)?.have.keys === 'k2'))
  const after = await get(`${ann}signed.m3u8`, 'ann')
  expect(after).not.toBe(before)
  const counted = origin.counts.get(`${DIRECTORY}signed.m3u8`) ?? 0
  for (const who of ['ann', 'bob', 'ann', 'bob'] as const)
    await get(`${who === 'ann' ? ann : bob}signed.m3u8`, who)
  expect((origin.counts.get(`${DIRECTORY}signed.m3u8`) ?? 0) - counted).toBeLessThan(4)
})
