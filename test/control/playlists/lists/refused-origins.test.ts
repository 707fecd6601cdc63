import { afterAll, beforeAll, expect, test } from 'vitest'
import { buildCatalogue } from '../../../../control/playlists/catalogue/catalogue.ts'
import { createAskProtocol } from '../../../../control/playlists/fetch/ask-protocol.ts'
import {
  createOriginAgent,
  type OriginsReached,
} from '../../../../control/playlists/fetch/origin-agent.ts'
import { checkManifests } from '../../../../control/playlists/lists/manifest-checks.ts'
import { readPlaylistText } from '../../../../control/playlists/m3u/reader.ts'
import { run } from '../../../../control/runtime/exec.ts'
import { tempDir } from '../../../support/cleanup.ts'
import { startHttps } from '../../../support/other-servers/https-server.ts'
import { makeCa } from '../../../support/programs/certificates.ts'

const LIST = '#EXTM3U\n#EXTINF:2,\n1.ts\n'
const ports: Record<string, number> = {}
const asked: string[] = []
const stops: (() => unknown)[] = []
const old = process.env['NODE_EXTRA_CA_CERTS']

const startOrigin = async (name: string, pair: { certificate: string; key: string }) => {
  const { port, stop } = await startHttps(pair, (request, response) => {
    asked.push(`${name} ${request.headers.host?.split(':')[0]}`)
    response.writeHead(200, { 'Content-Type': 'application/vnd.apple.mpegurl' }).end(LIST)
  })
  ports[name] = port
  stops.push(stop)
}

beforeAll(async () => {
  const folder = await tempDir()
  stops.push(folder.remove)
  const ca = await makeCa(folder.path)
  const stranger = await makeCa(folder.path, 'stranger')
  process.env['NODE_EXTRA_CA_CERTS'] = ca.file
  const [certificate, key] = ['own.crt', 'own.key'].map((it) => `${folder.path}/${it}`) as [
    string,
    string,
  ]
  const made = await run(
    `openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 2 -subj /CN=localhost -addext subjectAltName=DNS:localhost -keyout ${key} -out ${certificate}`.split(
      ' ',
    ),
  )
  expect(made.code).toBe(0)
  await startOrigin('good', await ca.issue('good', { names: 'DNS:localhost,IP:127.0.0.1' }))
  await startOrigin('behind', await ca.issue('behind', { names: 'DNS:media.invalid' }))
  await startOrigin('misnamed', await ca.issue('misnamed', { names: 'DNS:other.example' }))
  await startOrigin('stranger', await stranger.issue('of-stranger'))
  await startOrigin('own', { certificate, key })
})
afterAll(async () => {
  if (old === undefined) delete process.env['NODE_EXTRA_CA_CERTS']
  else process.env['NODE_EXTRA_CA_CERTS'] = old
  for (const stop of stops.toReversed()) await stop()
})

const check = async (urls: readonly string[], reached: OriginsReached = []) => {
  const list = urls.flatMap((url) =>
    ['a', 'b'].map((it) => `#EXTINF:-1,${it}\n${url}/${it}/index.m3u8`),
  )
  const read = readPlaylistText(`#EXTM3U\n${list.join('\n')}\n`)
  if (!read.ok) throw new Error(read.problem.reason)
  const { channels } = await buildCatalogue([{ source: 's', playlist: read.playlist }])
  expect(channels).toHaveLength(urls.length * 2)
  asked.length = 0
  return await checkManifests(channels, [], reached)
}

const at = (name: string, host = 'localhost'): string => `https://${host}:${ports[name]}`

test.each([
  ['misnamed', 'is for another name (ERR_TLS_CERT_ALTNAME_INVALID)', '; mend it'],
  ['stranger', 'UNABLE_TO_VERIFY_LEAF_SIGNATURE', 'NODE_EXTRA_CA_CERTS'],
  ['own', 'is signed by itself (DEPTH_ZERO_SELF_SIGNED_CERT)', 'NODE_EXTRA_CA_CERTS'],
])('a certificate that edges refuse is told once an origin: %s', async (name, why, advice) => {
  const warnings = await check([at('good'), at(name)])
  expect(warnings).toEqual([expect.stringContaining(`${at(name)}: its certificate `)])
  for (const part of [why, advice, '`tls_verify: false`']) expect(warnings[0]).toContain(part)
  expect(new Set(asked)).toEqual(new Set(['good localhost']))
})

test.each(['127.0.0.1', '[::1]'])(
  'an origin named by its address is told as such, whatever its certificate: %s',
  async (host) => {
    const url = at('good', host)
    const told = expect.stringContaining(`${url}: nginx matches no addresses`)
    expect(await check([url])).toEqual([told])
    expect(asked).toEqual([])
    expect(await check([url], [{ url, servers: [], tls_verify: false }])).not.toContainEqual(told)
  },
)

test.each([
  ['own', 'localhost'],
  ['misnamed', 'localhost'],
  ['good', '127.0.0.1'],
])('one that is not to be checked is not: %s at %s', async (name, host) => {
  const url = at(name, host)
  expect(await check([url], [{ url: `${url}/`, servers: [], tls_verify: false }])).toEqual([])
  expect(new Set(asked)).toEqual(new Set([`${name} ${host}`]))
})

test('servers are asked in the name of their origin, the next where one is away', async () => {
  const url = 'https://media.invalid'
  const servers = ['127.0.0.1:1', `127.0.0.1:${ports['behind']}`]
  expect(await check([url], [{ url, servers, tls_verify: true }])).toEqual([])
  expect(new Set(asked)).toEqual(new Set(['behind media.invalid']))
  const others = [`127.0.0.1:${ports['good']}`]
  expect(await check([url], [{ url, servers: others, tls_verify: true }])).toEqual([
    expect.stringContaining(`${url}: its certificate is for another name`),
  ])
})

test('what lies at an address is asked with the settings of its origin, as they are now', async () => {
  let isChecked = true
  const url = at('own')
  const dispatcher = createOriginAgent(() => [{ url, servers: [], tls_verify: isChecked }])
  const known = { of: () => null, learn: () => undefined }
  const ask = createAskProtocol(() => false, known, { dispatcher })
  expect(await ask(`${url}/before`)).toBeNull()
  isChecked = false
  let asking = 0
  await expect.poll(async () => await ask(`${url}/after-${(asking += 1)}`)).toBe('hls')
  await dispatcher.destroy()
})
