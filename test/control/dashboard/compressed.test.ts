import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { brotliDecompressSync, gunzipSync } from 'node:zlib'
import fastify, { type FastifyInstance } from 'fastify'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { dashboardPages } from '../../../control/dashboard/pages.ts'
import { buildPages } from '../../../control/runtime/build/build-pages.ts'
import { tempDir } from '../../support/temp-dir.ts'

let folder: Awaited<ReturnType<typeof tempDir>>
let app: FastifyInstance

beforeAll(async () => {
  folder = await tempDir()
  await buildPages(folder.path)
  app = fastify()
  await dashboardPages(app, folder.path)
})
afterAll(async () => {
  await app.close()
  await folder.remove()
})

const UNPACK = { br: brotliDecompressSync, gzip: gunzipSync }

const files = (): { url: string; plain: Buffer }[] => {
  const assets = readdirSync(join(folder.path, 'assets'))
    .filter((name) => /\.(?:js|css|svg)$/.test(name))
    .map((name) => `assets/${name}`)
  return [...assets, 'app.webmanifest', 'worker.js', 'index.html'].map((name) => ({
    url: name === 'index.html' ? '/' : `/${name}`,
    plain: readFileSync(join(folder.path, name)),
  }))
}

describe('the files of the dashboard', () => {
  test.each(['br', 'gzip'] as const)('are sent as %s, each as the file itself', async (coding) => {
    for (const { url, plain } of files()) {
      const whole = await app.inject({ url, headers: { 'accept-encoding': 'identity' } })
      const packed = await app.inject({ url, headers: { 'accept-encoding': coding } })
      expect([url, packed.statusCode, packed.headers['content-encoding']]).toEqual([
        url,
        200,
        coding,
      ])
      expect(UNPACK[coding](packed.rawPayload).equals(plain), url).toBe(true)
      expect(whole.rawPayload.equals(plain), url).toBe(true)
      expect(whole.headers['content-encoding']).toBeUndefined()
      for (const { headers } of [whole, packed])
        expect(String(headers.vary).toLowerCase()).toContain('accept-encoding')
      for (const name of ['content-type', 'content-security-policy', 'cache-control'])
        expect(packed.headers[name], `${url} ${name}`).toBe(whole.headers[name])
      expect(packed.headers.etag).not.toBe(whole.headers.etag)
    }
  })

  test('are asked again by the tag of the very form that was sent', async () => {
    const url = '/'
    const headers = { 'accept-encoding': 'br, gzip' }
    const { headers: first } = await app.inject({ url, headers })
    expect(first['content-encoding']).toBe('br')
    const tag = String(first.etag)
    const again = await app.inject({ url, headers: { ...headers, 'if-none-match': tag } })
    expect(again.statusCode).toBe(304)
    const other = await app.inject({
      url,
      headers: { 'accept-encoding': 'identity', 'if-none-match': tag },
    })
    expect(other.statusCode).toBe(200)
  })

  test('pictures go as they are; nothing is sent that is not there', async () => {
    const headers = { 'accept-encoding': 'br, gzip' }
    const picture = await app.inject({ url: '/assets/icon-192.png', headers })
    expect([picture.statusCode, picture.headers['content-encoding']]).toEqual([200, undefined])
    const missing = await app.inject({ url: '/assets/none.js', headers })
    expect(missing.statusCode).toBe(404)
  })

  test('a build leaves no copy of a file that is gone', async () => {
    writeFileSync(join(folder.path, 'assets/main-OLD.js'), '1')
    writeFileSync(join(folder.path, 'assets/main-OLD.js.br'), '1')
    await buildPages(folder.path)
    const names = readdirSync(join(folder.path, 'assets'))
    const lost = names
      .filter((name) => /\.(?:br|gz)$/.test(name))
      .filter((name) => !existsSync(join(folder.path, 'assets', name.replace(/\.\w+$/, ''))))
    expect(lost).toEqual([])
    expect(names.filter((name) => name.includes('OLD'))).toEqual([])
  })
})
