import { mkdir, mkdtemp, readdir, readFile, rm, stat, utimes, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { brotliCompressSync, gzipSync } from 'node:zlib'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { createLastGood } from '../../../../control/playlists/fetch/last-good.ts'
import { PlaylistSource } from '../../../../control/playlists/fetch/source.ts'
import { fileTransport, urlTransport } from '../../../../control/playlists/fetch/transport.ts'
import { entry } from '../channels.ts'
import { type ListServer, serving, startListServer } from './list-server.ts'

const listOf = (...names: string[]) =>
  `#EXTM3U\n${names.map((name) => entry(name, `http://o/${name}/i.m3u8`)).join('')}`
const html = '<!DOCTYPE html>\n<html>maintenance</html>\n'

let folder = ''
let server: ListServer
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'gh-source-'))
  server = await startListServer()
})
afterEach(async () => {
  await server.close()
  await rm(folder, { recursive: true, force: true })
})

const state = () => join(folder, 'state')
const urlSource = (url = server.url, options: { timeoutMs?: number; maxBytes?: number } = {}) =>
  new PlaylistSource({
    name: 'main',
    transport: urlTransport(url, options.timeoutMs ?? 10_000),
    lastGood: createLastGood(state(), 'main', url),
    now: () => 1000,
    ...(options.maxBytes === undefined ? {} : { maxBytes: options.maxBytes }),
  })
const fileSource = (path: string) =>
  new PlaylistSource({
    name: 'main',
    transport: fileTransport(path, 0),
    lastGood: createLastGood(state(), 'main', path),
    now: () => 1000,
  })
const namesOf = (source: PlaylistSource) => source.playlist()?.entries.map(({ name }) => name) ?? []

describe('a source at an address', () => {
  it('is asked again with its ETag, and read again only when it changed', async () => {
    const source = urlSource()
    server.behave(serving(listOf('a', 'b'), '"1"'))
    expect(await source.refresh()).toBe('changed')
    expect(source.status()).toEqual({
      name: 'main',
      ok: true,
      error: null,
      channels: 2,
      warnings: [],
      fetchedAt: 1000,
      checkedAt: 1000,
      etag: '"1"',
    })
    expect(await source.refresh()).toBe('unchanged')
    server.behave(serving(listOf('c'), '"2"'))
    expect(await source.refresh()).toBe('changed')
    expect(namesOf(source)).toEqual(['c'])
    expect(server.seen).toEqual(['plain', 'conditional', 'conditional'])
  })

  it.each<[string, string | null, (body: string) => Parameters<typeof server.behave>[0]]>([
    ['an HTML page', 'a web page', () => serving(html, '"x"')],
    ['a server error', 'answered 500', () => (_, response) => response.writeHead(500).end()],
    ['an empty answer', 'no channel', () => serving('', '"x"')],
    ['a list that turns to HTML half-way', 'a web page', (body) => serving(body + html, '"x"')],
    [
      'a connection cut half-way',
      null,
      (body) => (_, response) => {
        response.writeHead(200, { 'content-length': '100000' })
        response.write(body, () => response.destroy())
      },
    ],
    ['a truncated gzip file', null, (body) => serving(gzipSync(body).subarray(0, 40), '"x"')],
  ])('keeps its last list through %s', async (_, reason, behaviour) => {
    const source = urlSource()
    server.behave(serving(listOf('good'), '"1"'))
    await source.refresh()
    server.behave(behaviour(listOf('new1', 'new2')))
    expect(await source.refresh()).toBe('failed')
    expect(namesOf(source)).toEqual(['good'])
    expect(source.status()).toMatchObject({ ok: false, channels: 1, etag: '"1"' })
    expect(source.status().error?.reason).toContain(reason ?? '')
    server.behave(serving(listOf('good'), '"1"'))
    expect(await source.refresh()).toBe('unchanged')
    expect(source.status()).toMatchObject({ ok: true, error: null })
    const restarted = urlSource()
    expect(await restarted.restore()).toBe(true)
    expect(namesOf(restarted)).toEqual(['good'])
    expect(await readdir(state())).toHaveLength(2)
  })

  it('reads gzip, as a file and as an encoding, and brotli', async () => {
    const source = urlSource()
    server.behave(serving(gzipSync(listOf('zip')), '"1"'))
    await source.refresh()
    expect(namesOf(source)).toEqual(['zip'])
    server.behave(serving(gzipSync(listOf('coded')), '"2"', { 'content-encoding': 'gzip' }))
    await source.refresh()
    expect(namesOf(source)).toEqual(['coded'])
    server.behave(serving(brotliCompressSync(listOf('br')), '"3"', { 'content-encoding': 'br' }))
    await source.refresh()
    expect(namesOf(source)).toEqual(['br'])
  })

  it('refuses a gzip bomb by what comes out of it', async () => {
    const source = urlSource(server.url, { maxBytes: 1_000_000 })
    server.behave(serving(gzipSync(`#EXTM3U\n${'#x\n'.repeat(5_000_000)}`), '"1"'))
    expect(await source.refresh()).toBe('failed')
    expect(source.status().error?.reason).toContain('larger than')
  })

  it('gives up on a server that never ends', async () => {
    const source = urlSource(server.url, { timeoutMs: 300 })
    server.behave((_, response) => response.writeHead(200).write('#EXTM3U\n'))
    expect(await source.refresh()).toBe('failed')
    expect(source.status().error?.reason).toBe('no answer in time')
  })

  it('serves its kept copy after a restart while the source is dead, relative addresses too', async () => {
    const first = urlSource()
    server.behave(serving('#EXTM3U\n#EXTINF:-1,R\nr/i.m3u8\n', '"1"'))
    await first.refresh()
    await server.close()
    const second = urlSource()
    expect(await second.restore()).toBe(true)
    expect(await second.refresh()).toBe('failed')
    expect(second.status()).toMatchObject({ ok: false, channels: 1, fetchedAt: 1000 })
    expect(second.playlist()).toEqual(first.playlist())
    server = await startListServer()
  })

  it('logs in with the user name of the address, and never shows it', async () => {
    const source = urlSource(server.url.replace('//', '//us%40er:secret@'))
    server.behave((request, response) => {
      const expected = `Basic ${Buffer.from('us@er:secret').toString('base64')}`
      response.writeHead(request.headers.authorization === expected ? 200 : 401).end(listOf('a'))
    })
    expect(await source.refresh()).toBe('changed')
    await server.close()
    await source.refresh()
    expect(JSON.stringify(source.status())).not.toContain('secret')
    server = await startListServer()
  })

  it('does not take another address’s copy for its own, nor a damaged one', async () => {
    const first = urlSource()
    server.behave(serving(listOf('a'), '"1"'))
    await first.refresh()
    expect(await urlSource(`${server.url}?other`).restore()).toBe(false)
    for (const file of await readdir(state())) await writeFile(join(state(), file), 'x')
    expect(await urlSource().restore()).toBe(false)
  })

  it('keeps copies private and the address, which may hold a password, out of them', async () => {
    const source = urlSource(`${server.url}?username=u&password=secret`)
    server.behave(serving(listOf('a'), '"1"'))
    await source.refresh()
    for (const file of await readdir(state())) {
      expect((await stat(join(state(), file))).mode & 0o077).toBe(0)
      if (file.endsWith('.json'))
        expect(await readFile(join(state(), file), 'utf8')).not.toContain('username')
    }
  })
})

describe('a source in a file', () => {
  it('is read again when its time or size changes, taken when its text did, and keeps its last list when it breaks', async () => {
    const path = join(folder, 'list.m3u')
    await writeFile(path, listOf('a'))
    const source = fileSource(path)
    expect(await source.refresh()).toBe('changed')
    expect(await source.refresh()).toBe('unchanged')
    const before = source.playlist()
    await utimes(path, new Date(5000), new Date(5000))
    expect(await source.refresh()).toBe('unchanged')
    expect(source.playlist()).toBe(before)
    await writeFile(path, listOf('b'))
    expect(await source.refresh()).toBe('changed')
    await writeFile(path, html)
    expect(await source.refresh()).toBe('failed')
    expect(source.status().error).toEqual({
      line: 1,
      reason: 'a web page or a document, not an M3U list',
    })
    await rm(path)
    expect(await source.refresh()).toBe('failed')
    expect(source.status().error?.reason).toBe(`there is no file ${path}`)
    await mkdir(path)
    expect(await source.refresh()).toBe('failed')
    expect(source.status().error?.reason).toBe(`${path} is a folder, not a playlist`)
    expect(namesOf(source)).toEqual(['b'])
  })
})
