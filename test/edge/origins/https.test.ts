import { TLSSocket } from 'node:tls'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { tempDir } from '../../support/cleanup.ts'
import { startHttps } from '../../support/other-servers/https-server.ts'
import { makeCa } from '../../support/programs/certificates.ts'
import { type Rig, startRig } from '../rig/rig.ts'
import { channelRows, group } from '../rig/tables.ts'

const LIST = '#EXTM3U\n#EXT-X-TARGETDURATION:2\n#EXTINF:2,\nseg.ts\n'

/** An origin over HTTPS, and the names of servers and hosts it was asked for. */
const startOrigin = async (pair: { certificate: string; key: string }) => {
  const names: unknown[] = []
  const hosts: unknown[] = []
  const server = await startHttps(pair, (request, response) => {
    names.push(request.socket instanceof TLSSocket ? request.socket.servername : null)
    const isList = request.url?.endsWith('.m3u8') === true
    const type = isList ? 'application/vnd.apple.mpegurl' : 'video/mp2t'
    hosts.push(request.headers.host)
    response.writeHead(200, { 'Content-Type': type })
    response.end(isList ? LIST : 'G'.repeat(188))
  })
  return { ...server, names, hosts }
}

let rig: Rig
const stops: (() => unknown)[] = []
const origins: Record<string, Awaited<ReturnType<typeof startOrigin>>> = {}
const old = process.env['NODE_EXTRA_CA_CERTS']

beforeAll(async () => {
  const folder = await tempDir()
  stops.push(folder.remove)
  const ca = await makeCa(folder.path)
  const stranger = await makeCa(folder.path, 'stranger')
  process.env['NODE_EXTRA_CA_CERTS'] = ca.file
  const pairs = {
    good: await ca.issue('good'),
    misnamed: await ca.issue('misnamed', { names: 'DNS:other.example' }),
    stranger: await stranger.issue('of-stranger'),
    unchecked: await stranger.issue('unchecked', { names: 'DNS:other.example' }),
  }
  for (const [name, pair] of Object.entries(pairs)) {
    const origin = await startOrigin(pair)
    origins[name] = origin
    stops.push(origin.stop)
  }
  const urls = Object.entries(origins).map(
    ([name, { port }]) => [name, `https://localhost:${port}`] as const,
  )
  rig = await startRig(
    (stub, origin) => {
      stub.policy = { ...stub.policy, groups: [group('all', { isDefault: true, cap: 0 })] }
      const rows = urls.flatMap(([name, url]) => [
        [name, { origin: url, base: `/${name}/` }] as const,
        [
          `${name}-stream`,
          { origin: url, base: `/${name}-stream/`, entry: 'live.ts', protocol: 'mpegts' },
        ] as const,
      ])
      stub.tables.channels.rows = channelRows({
        ...Object.fromEntries(rows),
        served: { origin: 'http://no-such-host.invalid', base: '/served/' },
      })
      origin.files.set('*', { type: 'application/vnd.apple.mpegurl', body: LIST })
    },
    (it) => ({
      ...it,
      origins: [...it.origins, ...urls.map(([, url]) => url), 'http://no-such-host.invalid'],
      unverifiedOrigins: urls.filter(([name]) => name === 'unchecked').map(([, url]) => url),
      serversOfOrigins: {
        'http://no-such-host.invalid': it.origins.map((url) => url.replace('http://', '')),
      },
    }),
  )
})
afterAll(async () => {
  if (old === undefined) delete process.env['NODE_EXTRA_CA_CERTS']
  else process.env['NODE_EXTRA_CA_CERTS'] = old
  await rig?.stop()
  for (const stop of stops.toReversed()) await stop()
})

const open = async (channel: string): Promise<string> => {
  const opened = await rig.get(`/live/${rig.ticket()}/${channel}/index.m3u8`)
  expect(opened.status).toBe(302)
  return (opened.headers.get('location') ?? '').replace(/[^/]*$/, '')
}

/** Its manifest, a segment and a stream. */
const askAll = async (name: string) =>
  await Promise.all([
    open(name).then(async (root) => await rig.get(`${root}index.m3u8`)),
    open(name).then(async (root) => await rig.get(`${root}seg.ts`)),
    open(`${name}-stream`).then(async (root) => await rig.get(`${root}live.ts`)),
  ])

test.each(['good', 'unchecked'])('an origin over HTTPS is asked by its name: %s', async (name) => {
  const answers = await askAll(name)
  expect(answers.map(({ status, text }) => [status, text.length > 0])).toEqual(
    answers.map(() => [200, true]),
  )
  expect(new Set(origins[name]?.names)).toEqual(new Set(['localhost']))
  expect(new Set(origins[name]?.hosts)).toEqual(new Set([`localhost:${origins[name]?.port}`]))
})

test.each(['misnamed', 'stranger'])(
  'one whose certificate is not its own is asked for nothing: %s',
  async (name) => {
    const answers = await askAll(name)
    expect(answers.map(({ status }) => status)).toEqual(answers.map(() => 502))
    expect(origins[name]?.names).toEqual([])
  },
)

test('servers of an origin are asked in its name', async () => {
  const answer = await rig.get(`${await open('served')}index.m3u8`)
  expect(answer.status).toBe(200)
  expect(rig.origin.seen.at(-1)?.headers.host).toBe('no-such-host.invalid')
})
