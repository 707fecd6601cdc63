import { type AddressInfo, createServer } from 'node:net'
import { brotliCompressSync, deflateRawSync, deflateSync, gzipSync } from 'node:zlib'
import { expect, test } from 'vitest'
import type { LastGood } from '../../../../control/playlists/fetch/last-good.ts'
import { PlaylistSource } from '../../../../control/playlists/fetch/source.ts'
import { urlTransport } from '../../../../control/playlists/fetch/transport.ts'

const NONE_KEPT: LastGood = {
  find: async () => await Promise.resolve(null),
  begin: async () =>
    await Promise.resolve({
      write: async () => undefined,
      keep: async () => undefined,
      discard: async () => undefined,
    }),
}

const LIST = '#EXTM3U\n#EXTINF:-1,A\nhttp://origin/a.ts\n'
const length = `Content-Length: ${LIST.length}`
const chunked = `${LIST.length.toString(16)}\r\n${LIST}\r\n0\r\n\r\n`
const answers: Readonly<Record<string, string | Buffer>> = {
  'a length beside chunked': `HTTP/1.1 200 OK\r\n${length}\r\nTransfer-Encoding: chunked\r\n\r\n${chunked}`,
  'a length twice': `HTTP/1.1 200 OK\r\n${length}\r\n${length}\r\n\r\n${LIST}`,
  'bare LF, until the end': `HTTP/1.0 200 OK\nContent-Type: text/plain\n\n${LIST}`,
  '100 and 103 first': `HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\nHTTP/1.1 200 OK\r\n${length}\r\n\r\n${LIST}`,
  'Latin-1 headers': Buffer.from(
    `HTTP/1.1 200 OK\r\nX-Name: Jos\u00e9\r\n${length}\r\n\r\n${LIST}`,
    'latin1',
  ),
  gzip: Buffer.concat([
    Buffer.from('HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nConnection: close\r\n\r\n'),
    gzipSync(LIST),
  ]),
}

const read = async (bytes: string | Buffer, isReset = false): Promise<string> => {
  const server = createServer((socket) => {
    socket.on('error', () => undefined)
    socket.once('data', () => {
      socket.write(bytes)
      setImmediate(() => (isReset ? socket.resetAndDestroy() : socket.end()))
    })
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  try {
    const { port } = server.address() as AddressInfo
    const got = await urlTransport(`http://127.0.0.1:${port}/list.m3u`, 3000)(null)
    if (got.kind !== 'body') return got.kind === 'failed' ? got.reason : got.kind
    const parts: Uint8Array[] = []
    for await (const part of got.chunks) parts.push(part)
    const all = Buffer.concat(parts)
    return all[0] === 0x1f ? 'gzip' : all.toString()
  } finally {
    server.close()
  }
}

test.each(Object.keys(answers))('%s is read as curl reads it', async (name) => {
  expect(await read(answers[name] ?? '')).toBe(name === 'gzip' ? 'gzip' : LIST)
})

test('a list that breaks off is none', async () => {
  const text = `HTTP/1.1 200 OK\r\nContent-Length: 500\r\n\r\n${LIST}`
  await expect(read(text)).rejects.toThrow('connection dropped')
})

test('a list whose connection is reset behind it is none, where it does not say its end', async () => {
  for (let i = 0; i < 5; i += 1)
    await expect(read(`HTTP/1.1 200 OK\r\n\r\n${LIST}`, true)).rejects.toThrow('connection dropped')
})

test.each([
  ['its status', 'HTTP/1.1 200 OK\r\n'],
  ['part of a header', 'HTTP/1.1 200 OK\r\nX-A: 1\r\nX-B'],
  ['a redirection', `HTTP/1.1 302 Found\r\nLocation: /list.m3u\r\n`],
])('an answer that ends behind %s is no list, at once', async (_, text) => {
  expect(await read(text)).toBe('connection dropped')
})

const packed: Readonly<Record<string, readonly [headers: string, body: Buffer]>> = {
  'deflate, as zlib has it': ['Content-Encoding: deflate', deflateSync(LIST)],
  'deflate alone': ['Content-Encoding: deflate', deflateRawSync(LIST)],
  brotli: ['Content-Encoding: BR', brotliCompressSync(LIST)],
  'two codings': ['Content-Encoding: deflate, br', brotliCompressSync(deflateSync(LIST))],
  'two codings in two headers': [
    'Content-Encoding: br\r\nContent-Encoding: gzip',
    gzipSync(brotliCompressSync(LIST)),
  ],
  'a coding nobody knows': ['Content-Encoding: utf-8', Buffer.from(LIST)],
  'gzip for the transfer': ['Transfer-Encoding: gzip', gzipSync(LIST)],
  'deflate for the transfer': ['Transfer-Encoding: deflate', deflateRawSync(LIST)],
  'brotli for the transfer of deflate': [
    'Content-Encoding: deflate\r\nTransfer-Encoding: br',
    brotliCompressSync(deflateSync(LIST)),
  ],
}
test.each(Object.keys(packed))('a list packed as %s is unpacked', async (name) => {
  const [headers, body] = packed[name] ?? ['', Buffer.of()]
  const head = Buffer.from(`HTTP/1.1 200 OK\r\nConnection: close\r\n${headers}\r\n\r\n`)
  expect(await read(Buffer.concat([head, body]))).toBe(LIST)
})

test.each(['br', 'gzip', 'deflate', 'of-ours'])(
  'a list that is not in %s, in which it was transferred, is none',
  async (coding) => {
    const text = `HTTP/1.1 200 OK\r\nTransfer-Encoding: ${coding}\r\n\r\n${LIST}`
    await expect(read(text)).rejects.toThrow(/./)
  },
)

const CUT = LIST.slice(0, -5)
test.each([
  ['no length', 'HTTP/1.0 200 OK\r\n\r\n', CUT, [expect.stringMatching(/^line 3: .*cut off/)]],
  ['no length, and a last line', 'HTTP/1.0 200 OK\r\n\r\n', LIST, []],
  [
    'a length that another coding voids',
    'HTTP/1.1 200 OK\r\nContent-Length: 500\r\nTransfer-Encoding: identity\r\n\r\n',
    CUT,
    [expect.stringMatching(/^line 3: .*cut off/)],
  ],
  ['a length', `HTTP/1.1 200 OK\r\nContent-Length: ${CUT.length}\r\n\r\n`, CUT, []],
])('a last line without an end is told where the server said %s', async (_, head, text, said) => {
  const server = createServer((socket) => {
    socket.on('error', () => undefined)
    socket.once('data', () => socket.end(head + text))
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  try {
    const { port } = server.address() as AddressInfo
    const source = new PlaylistSource({
      name: 'main',
      transport: urlTransport(`http://127.0.0.1:${port}/list.m3u`, 3000),
      lastGood: NONE_KEPT,
      now: Date.now,
    })
    expect(await source.refresh()).toBe('changed')
    expect(source.status().warnings).toEqual(said)
    expect(source.playlist()?.entries).toHaveLength(1)
  } finally {
    server.close()
  }
})

test('a redirection is followed to the bytes it names', async () => {
  const asked: string[] = []
  const server = createServer((socket) => {
    socket.on('error', () => undefined)
    socket.once('data', (data) => {
      const path = data.toString('latin1').split(' ')[1] ?? ''
      asked.push(path)
      const moved = Buffer.from(
        'HTTP/1.1 302 Found\r\nLocation: /gr\u00fc\u00df.m3u?n=\u00e9\r\n\r\n',
      )
      socket.end(path === '/list.m3u' ? moved : `HTTP/1.1 200 OK\r\n${length}\r\n\r\n${LIST}`)
    })
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo
  const got = await urlTransport(`http://127.0.0.1:${port}/list.m3u`, 3000)(null)
  server.close()
  expect(got.kind).toBe('body')
  expect(asked).toEqual(['/list.m3u', '/gr%C3%BC%C3%9F.m3u?n=%C3%A9'])
})
