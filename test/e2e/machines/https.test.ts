import { createHash, X509Certificate } from 'node:crypto'
import { copyFileSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { type ConnectionOptions, connect } from 'node:tls'
import { beforeAll, expect, test } from 'vitest'
import { run } from '../../../control/runtime/exec.ts'
import { tempDir, useCleanup } from '../../support/cleanup.ts'
import { launchBrowser } from '../../support/programs/browser.ts'
import { makeCa, type TestCa } from '../../support/programs/certificates.ts'
import { playWithFfmpeg, startFfmpeg, startVlc } from '../../support/programs/players.ts'
import { freePort, until } from '../../support/programs/port.ts'
import { startService, type TestService } from '../../support/programs/service.ts'
import { nginxPid } from '../world/processes.ts'
import { worldConfig } from '../world/world.ts'

const SPKI = { type: 'spki', format: 'der' } as const
const onCleanup = useCleanup('all')
let service: TestService
let ca: TestCa
let folder: string
let port: number
let plain: string
let certificate: string
let rsa: { certificate: string; key: string }
let key: string

/** An edge with a certificate for localhost and, for tv.example.net, one named in the list. */
const config = (other: { certificate: string; key: string }): string =>
  worldConfig()
    .replace('name: one-screen, max_sessions: 1', 'name: family, max_sessions: 9')
    .replace(
      '  listen: __EDGE__\n  workers: 2\n',
      `  listen: ${new URL(plain).host}
  workers: 2
  tls_listen: 127.0.0.1:${port}
  certificate_file: ${certificate}
  key_file: ${key}
  certificates:
    - { certificate_file: ${other.certificate}, key_file: ${other.key} }
    - { certificate_file: ${rsa.certificate}, key_file: ${rsa.key} }
`,
    )

beforeAll(async () => {
  const made = await tempDir()
  folder = made.path
  onCleanup(made.remove)
  port = await freePort()
  plain = `http://127.0.0.1:${await freePort()}`
  ca = await makeCa(folder)
  certificate = join(folder, 'edge.crt')
  key = join(folder, 'edge.key')
  await install('first')
  const other = await ca.issue('other', { names: 'DNS:tv.example.net' })
  rsa = await ca.issue('rsa', { rsa: 2048 })
  service = await startService({ config: config(other) })
  onCleanup(service.stop)
}, 300_000)

/** Puts a new pair where the edge looks for it. */
const install = async (name: string): Promise<void> => {
  const pair = await ca.issue(name)
  copyFileSync(pair.certificate, certificate)
  copyFileSync(pair.key, key)
}

const curl = async (...args: string[]): Promise<string> => {
  const { code, stdout, stderr } = await run(['curl', '-sS', '--cacert', ca.file, ...args])
  if (code !== 0) throw new Error(`curl ${args.join(' ')}: ${stderr}`)
  return stdout
}

/** Common name of the certificate a server name is answered with. */
const served = (servername: string, more: ConnectionOptions = {}): Promise<string> =>
  new Promise((resolve, reject) => {
    const to = { host: '127.0.0.1', port, servername, rejectUnauthorized: false }
    const socket = connect({ ...to, ...more })
    socket.on('error', reject)
    socket.on('secureConnect', () => {
      resolve(String(socket.getPeerCertificate().subject.CN))
      socket.destroy()
    })
  })

const token = (): string => service.ready.accounts[0]?.token ?? ''
const list = (): string => `https://localhost:${port}/playlist.m3u?token=${token()}`
const channels = async (): Promise<string[]> =>
  (await curl('--http2', list())).split('\n').filter((line) => line.startsWith('http'))

test('plain requests are redirected to HTTPS, a posted login with its method', async () => {
  const codes = ['-o', '/dev/null', '-w', '%{http_code} %{redirect_url}']
  const moved = `https://localhost:${port}/playlist.m3u?token=a%20b`
  const asked = `${plain.replace('127.0.0.1', 'localhost')}/playlist.m3u?token=a%20b`
  expect(await curl(...codes, asked)).toBe(`301 ${moved}`)
  expect(await curl(...codes, '--data', 'token=x', asked)).toBe(`308 ${moved}`)
  expect(await curl(...codes, `${plain}/health`)).toBe('200 ')
  // A trusted proxy that has ended TLS itself.
  for (const told of ['https', 'HTTPS', 'https, http', 'https,https']) {
    const behind = ['-H', `X-Forwarded-Proto: ${told}`, '-H', 'X-Forwarded-For: 198.51.100.7']
    const shown = await curl(...behind, `${plain}/playlist.m3u?token=${token()}`)
    expect(shown, told).toContain(`\nhttps://127.0.0.1`)
    // The same words from somebody else.
    const stranger = ['--interface', '127.0.0.2', ...behind]
    expect(await curl(...codes, ...stranger, asked)).toBe(`301 ${moved}`)
  }
  const plainly = ['-H', 'X-Forwarded-Proto: http, https', '-H', 'X-Forwarded-For: 198.51.100.7']
  expect(await curl(...codes, ...plainly, asked)).toBe(`301 ${moved}`)
})

test('lists come by HTTP/2 and name HTTPS, each server name has its certificate', async () => {
  const facts = ['-o', '/dev/null', '-w', '%{http_version} %{ssl_verify_result}']
  expect(await curl('--http2', ...facts, list())).toBe('2 0')
  const named = await channels()
  expect(named.length).toBeGreaterThan(3)
  expect(named.every((line) => line.startsWith(`https://localhost:${port}/live/`))).toBe(true)
  expect(await served('localhost')).toBe('first')
  expect(await served('tv.example.net')).toBe('other')
  expect(await served('unknown.example.net')).toBe('first')
  // To clients that read RSA alone, the one of the same names with such a key.
  const old = { maxVersion: 'TLSv1.2', ciphers: 'ECDHE-RSA-AES128-GCM-SHA256' } as const
  expect(await served('localhost', old)).toBe('rsa')
  expect(service.edge).toBe(`https://127.0.0.1:${port}`)
})

test('ffmpeg and VLC play by HTTPS and check the certificate', async () => {
  const [first = ''] = await channels()
  const strict = ['-tls_verify', '1', '-ca_file', ca.file]
  const shown = await playWithFfmpeg(first, 2, { args: strict })
  expect(shown.frames, shown.output).toBeGreaterThan(20)
  const trust = ['--no-gnutls-system-trust', '--gnutls-dir-trust', folder]
  const vlc = await startVlc(first, { args: trust })
  await until('what VLC took', async () => (await vlc.progress()) > 20_000)
  await vlc.stop()
})

test('Chromium plays with hls.js over HTTP/3', async () => {
  const trusted = createHash('sha256')
    .update(new X509Certificate(readFileSync(certificate)).publicKey.export(SPKI))
    .digest('base64')
  const browser = await launchBrowser([
    '--autoplay-policy=no-user-gesture-required',
    '--host-resolver-rules=MAP localhost 127.0.0.1',
    `--origin-to-force-quic-on=localhost:${port}`,
    `--ignore-certificate-errors-spki-list=${trusted}`,
  ])
  onCleanup(() => browser.close())
  const page = await browser.newPage()
  const answer = await page.goto(`https://localhost:${port}/health`)
  expect(await answer?.headerValue('alt-svc')).toBe(`h3=":${port}"; ma=86400`)
  await page.addScriptTag({ path: 'node_modules/hls.js/dist/hls.min.js' })
  const named = await page.evaluate<string>(
    `fetch(${JSON.stringify(list())}).then((got) => got.text())`,
  )
  const [first = ''] = named.split('\n').filter((line) => line.startsWith('http'))
  expect(first).toContain(`https://localhost:${port}/live/`)
  await page.evaluate(`{
    const video = document.body.appendChild(document.createElement('video'))
    video.muted = true
    const hls = new Hls()
    hls.loadSource(${JSON.stringify(first)})
    hls.attachMedia(video)
    void video.play()
  }`)
  const position = () => page.evaluate<number>(`document.querySelector('video').currentTime`)
  await until('a second of pictures', async () => (await position()) > 1)
  const used = await page.evaluate<string[]>(
    `[...new Set(performance.getEntries().flatMap(({ nextHopProtocol }) => nextHopProtocol ?? []))]`,
  )
  expect(used).toEqual(['h3'])
})

test('a renewed pair is served without a restart, a broken one is told and the old one kept', async () => {
  const [first = ''] = await channels()
  const before = nginxPid(service)
  const screen = await startFfmpeg(first)
  onCleanup(screen.stop)
  await until('the first frames', async () => (await screen.progress()) > 5)
  await install('second')
  await until('the renewed certificate', async () => (await served('localhost')) === 'second')
  expect(service.output()).toContain(`A renewed certificate is in use: ${certificate}.`)

  const stranger = await ca.issue('stranger')
  copyFileSync(stranger.key, key)
  const health = async () => {
    const { parts } = (await (await service.api('/health/ready')).json()) as {
      parts: { name: string; ok: boolean; detail: string }[]
    }
    return parts.find(({ name }) => name === 'edges')
  }
  await until('the alarm', async () => (await health())?.ok === false)
  expect((await health())?.detail).toContain(
    `edge-1: ${key}: is the key of another certificate; name the two that belong together; the one before stays in use`,
  )
  const edge = JSON.parse(await curl(`https://localhost:${port}/health`)) as { troubles: string[] }
  expect(edge.troubles).toHaveLength(1)
  expect(await served('localhost')).toBe('second')

  copyFileSync(stranger.certificate, certificate)
  await until('the end of the alarm', async () => (await health())?.ok === true)
  await until('the mended pair', async () => (await served('localhost')) === 'stranger')
  expect(nginxPid(service)).toBe(before)
  const frames = await screen.progress()
  await until('further frames', async () => (await screen.progress()) > frames + 10)
  expect(screen.exitCode()).toBe(null)
})

test('a pair that cannot be served is named by check and at the start', async () => {
  const file = join(folder, 'broken.yaml')
  writeFileSync(
    file,
    `edge: { listen: '127.0.0.1:${await freePort()}', certificate_file: edge.crt, key_file: other.key }\n`,
  )
  copyFileSync((await ca.issue('wrong')).key, join(folder, 'other.key'))
  const expected = `${join(folder, 'other.key')}: is the key of another certificate; name the two that belong together`
  const check = await run(['scripts/gatehouse', 'check', '--config', file])
  expect(check).toMatchObject({ code: 2 })
  expect(check.stdout).toContain(`broken.yaml:1: error: edge.key_file: ${expected}`)
  const start = await run(['scripts/run', '--config', file, '--state', join(folder, 'state')])
  expect(start).toMatchObject({ code: 2, stdout: '' })
  expect(start.stderr).toContain(`broken.yaml:1: edge.key_file: ${expected}`)
})
