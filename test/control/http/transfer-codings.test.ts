import { execFile } from 'node:child_process'
import { promisify } from 'node:util'
import { brotliCompressSync, deflateRawSync, deflateSync, gzipSync } from 'node:zlib'
import { expect, test } from 'vitest'
import { head, serve } from './serve.ts'

const run = promisify(execFile)
const chunkedBytes = (body: Buffer): Buffer =>
  Buffer.concat([
    Buffer.from(`${body.length.toString(16)}\r\n`),
    body,
    Buffer.from('\r\n0\r\n\r\n'),
  ])
const plain = Buffer.from('hello')
const packed = gzipSync(plain)
const coded: Readonly<Record<string, [codings: string, body: Buffer]>> = {
  'gzip as said': ['gzip, chunked', packed],
  'gzip twice, in capitals': ['GZIP ,x-gzip,chunked', gzipSync(packed)],
  'gzip that is cut': ['gzip, chunked', packed.subarray(0, 12)],
  'deflate with a header': ['deflate, chunked', deflateSync(plain)],
  'deflate without one': ['deflate, chunked', deflateRawSync(plain)],
  brotli: ['br, chunked', brotliCompressSync(plain)],
  'nothing, as identity': ['identity, chunked', plain],
  'no gzip': ['gzip, chunked', plain],
  'no gzip, to the end': ['gzip', plain],
  'gzip and more': ['gzip, chunked', Buffer.concat([packed, plain])],
  'gzip once of twice': ['gzip, gzip, chunked', packed],
  'no deflate': ['deflate, chunked', plain],
  'no zstd': ['zstd, chunked', plain],
  'too many codings': ['gzip, gzip, gzip, gzip, gzip, gzip, chunked', plain],
}
test.each(Object.keys(coded))('a body transferred as %s, as curl reads it', async (name) => {
  const [codings, body] = coded[name] ?? ['', plain]
  const answers = async (status: string) =>
    await serve((socket) => {
      socket.write(Buffer.from(head(status, `Transfer-Encoding: ${codings}`), 'latin1'))
      socket.end(codings.includes('chunked') ? chunkedBytes(body) : body)
    })
  const { url, ask } = await answers('200 OK')
  const curl = await run('curl', ['-s', '-m', '5', url.href]).then(
    ({ stdout }) => stdout,
    () => null,
  )
  const ours = await ask()
  expect(ours.broken === null ? ours.body : null).toBe(curl)
  expect((await (await answers('403 Forbidden')).ask()).status).toBe(403)
})

test('a body that unpacks to more than may come is none', async () => {
  const { ask } = await serve((socket) => {
    socket.write(head('200 OK', 'Transfer-Encoding: gzip, chunked'))
    socket.end(chunkedBytes(gzipSync(Buffer.alloc(10_000_000))))
  })
  expect(await ask()).toMatchObject({ status: 200, broken: 'oversize body' })
})
