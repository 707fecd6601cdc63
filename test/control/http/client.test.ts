import { execFile } from 'node:child_process'
import type { Socket } from 'node:net'
import { promisify } from 'node:util'
import { expect, test } from 'vitest'
import { head, serve } from './serve.ts'

const run = promisify(execFile)
const CHUNKED = '2\r\nno\r\n0\r\n\r\n'
const shapes: Readonly<Record<string, string>> = {
  'a length': `${head('403 Forbidden', 'Content-Length: 2')}no`,
  'no body': head('403 Forbidden', 'Content-Length: 0'),
  'a length beside chunked': `${head('403 Forbidden', 'Content-Length: 2', 'Transfer-Encoding: chunked')}${CHUNKED}`,
  'chunked beside a length': `${head('403 Forbidden', 'Transfer-Encoding: chunked', 'Content-Length: 5')}${CHUNKED}`,
  'a length twice': `${head('403 Forbidden', 'Content-Length: 2', 'Content-Length: 2')}no`,
  'bare LF': 'HTTP/1.0 403 Forbidden\nContent-Type: text/plain\n\nno\n',
  'bare LF with a length': 'HTTP/1.1 403 Forbidden\nContent-Length: 2\n\nno',
  'mixed line ends': 'HTTP/1.1 403 Forbidden\r\nContent-Length: 2\n\r\nno',
  '100 first': `${head('100 Continue')}${head('403 Forbidden', 'Content-Length: 2')}no`,
  '103 and 102 first': `${head('103 Early Hints', 'Link: </a>')}${head('102 Processing')}${head('403 Forbidden', 'Content-Length: 2')}no`,
  'Latin-1 headers': `${head('403 Interdit \u00e9', 'X-UserId: Jos\u00e9', 'Content-Length: 2')}no`,
  'equal headers twice': `${head('403 Forbidden', 'X-A: 1', 'X-A: 1', 'Content-Length: 2')}no`,
  'no reason': `${head('403', 'Content-Length: 2')}no`,
  'until the end': `${head('403 Forbidden', 'Connection: close')}no`,
  'HTTP/1.0': 'HTTP/1.0 403 Forbidden\r\n\r\nno',
  'a folded header': 'HTTP/1.1 403 Forbidden\r\nX-A: 1\r\n  2\r\nContent-Length: 2\r\n\r\nno',
  'chunks with extensions and a trailer': `${head('403 Forbidden', 'Transfer-Encoding: chunked')}2;a=b\r\nno\r\n0\r\nX-T: 1\r\n y\r\n\r\n`,
  'upper-case chunked': `${head('403 Forbidden', 'TRANSFER-ENCODING: Chunked')}${CHUNKED}`,
  'no blank behind a colon': `${head('403 Forbidden', 'Content-Length:2')}no`,
  'a reason without a blank': `${head('403Forbidden', 'Content-Length: 2')}no`,
  'CR twice': `${head('403 Forbidden', 'Content-Length: 2').replaceAll('\r\n', '\r\r\n')}no`,
  'headers of 90 kB': `${head('403 Forbidden', ...Array.from({ length: 90 }, (_, at) => `X-${at}: ${'x'.repeat(1000)}`), 'Content-Length: 2')}no`,
  'a length and more': `${head('403 Forbidden', 'Content-Length: +2 bytes')}no`,
  'a length that differs in its list': `${head('403 Forbidden', 'Content-Length: 2, 3')}no`,
  'a length too long to be one': `${head('403 Forbidden', 'Content-Length: 99999999999999999999')}no`,
  'chunks with zeros': `${head('403 Forbidden', 'Transfer-Encoding: chunked')}000000000000002\r\nno\r\n0\r\n\r\n`,
  'blanks within the version': `${head('403 Forbidden', 'Content-Length: 2').replace('1.1', ' 1.1')}no`,
  'a blank before the colon of a length': `${head('403 Forbidden', 'Content-Length : 9')}no`,
  'a folded coding': `${head('403 Forbidden', 'Transfer-Encoding: chunked', ' x')}${CHUNKED}`,
  'headers of 200 kB': `${head('403 Forbidden', ...Array.from({ length: 200 }, (_, at) => `X-${at}: ${'x'.repeat(1000)}`), 'Content-Length: 2')}no`,
  'a length beside identity': `${head('403 Forbidden', 'Transfer-Encoding: identity', 'Content-Length: 5')}no`,
  'a length beside a coding without a name': `${head('403 Forbidden', 'Content-Length: 1', 'Transfer-Encoding:')}no`,
  'chunked and commas': `${head('403 Forbidden', 'Transfer-Encoding: chunked, ,')}${CHUNKED}`,
  'HTTP/2': `${head('403 Forbidden', 'Content-Length: 2').replace('1.1', '2')}no`,
  'a chunk size with a word behind it': `${head('403 Forbidden', 'Transfer-Encoding: chunked')}2 x\r\nn\n\r\n2,\r\no\n\r\n0\tx\r\n\r\n`,
  'a line that begins with CR, which ends the head': `${head('403 Forbidden', 'Content-Length: 3', '\rContent-Length: 1')}no`,
  'a length too long to be one, behind one': `${head('403 Forbidden', 'Content-Length: 2', 'Content-Length: 18446744073709551616')}no`,
  'a chunk extension of 200 kB': `${head('403 Forbidden', 'Transfer-Encoding: chunked')}${CHUNKED.replace('2', `2;${'x'.repeat(200_000)}`)}`,
  'a coding nobody knows, and no body': `${head('403 Forbidden', 'Transfer-Encoding: chunked;q=1, chunked')}0\r\n\r\n`,
  '204': head('204 No Content'),
  '302': head('302 Found', 'Location: /else', 'Content-Length: 0'),
}
const ENDS = [
  'a blank before the colon of a length',
  'bare LF',
  'until the end',
  'HTTP/1.0',
  'a length too long to be one',
  'a length beside identity',
  'a length beside a coding without a name',
]

test.each(Object.keys(shapes))('%s: status and body as curl reads them', async (name) => {
  const bytes = Buffer.from(shapes[name] ?? '', 'latin1')
  const { url, ask } = await serve((socket) => {
    socket.write(bytes)
    if (ENDS.includes(name)) socket.end()
  })
  const { stdout } = await run('curl', ['-s', '-m', '5', '-w', '\n%{http_code}', url.href], {
    encoding: 'latin1',
  })
  const at = stdout.lastIndexOf('\n')
  const ours = await ask()
  expect({ status: ours.status, body: ours.body }).toEqual({
    status: Number(stdout.slice(at + 1)),
    body: stdout.slice(0, at),
  })
  expect(ours.broken).toBeNull()
})

test.each(Object.keys(shapes))('%s, a byte at a time', async (name) => {
  const bytes = Buffer.from(shapes[name] ?? '', 'latin1')
  // Of a long head a few bytes: each is a packet.
  const parts = bytes.length > 1000 ? [bytes.subarray(0, -9)] : []
  const { ask } = await serve((socket, turn) => {
    if (turn > 1) return
    socket.setNoDelay(true)
    for (const part of parts) socket.write(part)
    for (const byte of bytes.subarray(parts[0]?.length ?? 0)) socket.write(Buffer.of(byte))
    if (ENDS.includes(name)) socket.end()
  })
  const expected = name === '204' ? 204 : name === '302' ? 302 : 403
  expect(await ask()).toMatchObject({ status: expected, broken: null })
})

const odd: Readonly<Record<string, string>> = {
  'a header without a colon': `${head('200 OK', 'nonsense', 'Content-Length: 2')}ok`,
  'a tab before the status': `${head('200 OK', 'Content-Length: 2').replace(' ', '\t')}ok`,
  'a length that is none, beside chunks': `${head('200 OK', 'Content-Length: -1', 'Transfer-Encoding: chunked')}${CHUNKED}`,
  'a NUL in a header': `${head('200 OK', 'X-A: a\0b', 'Content-Length: 2')}ok`,
  'a NUL in the reason': `${head('200 O\0K', 'Content-Length: 2')}ok`,
  'a blank before the first header': `${head('200 OK', ' X-A: a', 'Content-Length: 2')}ok`,
  'a header without a colon in what is announced': `${head('100 Continue', 'bad')}${head('200 OK', 'Content-Length: 2')}ok`,
  'a blank before a chunk size': `${head('200 OK', 'Transfer-Encoding: chunked')} ${CHUNKED}`,
  'more than a chunk said': `${head('200 OK', 'Transfer-Encoding: chunked')}2\r\nno0\r\n\r\n`,
  'a trailer without a colon': `${head('200 OK', 'Transfer-Encoding: chunked')}0\r\nno\r\n\r\n`,
  'CR twice behind the last chunk': `${head('200 OK', 'Transfer-Encoding: chunked')}0\r\n\r\r\n`,
  ...Object.fromEntries(
    ['0.9', '1', '1.2', '2.1', '3', '4'].map((version) => [
      `HTTP/${version}`,
      `${head('200 OK', 'Content-Length: 2').replace('1.1', version)}ok`,
    ]),
  ),
  'chunks that break off, in a coding and commas': `${head('200 OK', 'Transfer-Encoding: chunked, ,')}2\r\nno\r\nzz\r\n`,
  'a chunk size of 17 digits': `${head('200 OK', 'Transfer-Encoding: chunked')}${'0'.repeat(16)}2\r\nno\r\n0\r\n\r\n`,
  'a trailer of 4,094 letters': `${head('200 OK', 'Transfer-Encoding: chunked')}0\r\nA: ${'b'.repeat(4091)}\r\n\r\n`,
  'a NUL in a trailer': `${head('200 OK', 'Transfer-Encoding: chunked')}0\r\nA: \0\r\n\r\n`,
  'CR within a trailer': `${head('200 OK', 'Transfer-Encoding: chunked')}0\r\nA: b\rc\r\n\r\n`,
  'a line of 110 kB': `${head('200 OK', `X-A: ${'x'.repeat(110_000)}`, 'Content-Length: 2')}ok`,
  'a coding nobody knows': `${head('200 OK', 'Transfer-Encoding: chunked;q=1')}${CHUNKED}`,
}
test.each(Object.keys(odd))(
  '%s: what curl takes for no answer is no permission, and a refusal all the same',
  async (name) => {
    const bytes = odd[name] ?? ''
    const served = async (text: string) =>
      await serve((socket) => {
        socket.end(Buffer.from(text, 'latin1'))
      })
    const { url, ask } = await served(bytes)
    await expect(run('curl', ['-s', '-m', '5', url.href])).rejects.toThrow('Command failed')
    expect((await ask()).broken).toMatch(/^malformed answer: |^oversize headers$/)
    const refused = await served(bytes.replace(/200 O\0?K/, (it) => it.replace('200', '403')))
    expect(await refused.ask()).toMatchObject({ status: 403 })
  },
)

test.each([
  ['its status', 'HTTP/1.1 200 OK\r\n', 0],
  ['a header', 'HTTP/1.1 200 OK\r\nX-UserId: 7\r\n', 0],
  ['a header in LF', 'HTTP/1.0 200 OK\nX-UserId: 7\n', 0],
  ['what was announced', `${head('103 Early Hints')}HTTP/1.1 200 OK\r\n`, 0],
  ['the length of a body', 'HTTP/1.1 200 OK\r\nContent-Length: 2\r\n', 18],
  ['part of a header', 'HTTP/1.1 200 OK\r\nX-A: 1\r\nX-User', 0],
  ['part of a header, with a body to come', 'HTTP/1.1 200 OK\r\nContent-Length: 2\r\nX-A', 18],
  ['a header without a colon', 'HTTP/1.1 200 OK\r\nbad\r\n', 8],
  ['a length near the most', `${head('200 OK', 'Content-Length: 9223372036854775807')}ok`, 18],
])('an answer that ends behind %s is whole where it is to curl', async (_, text, failure) => {
  const { url, ask } = await serve((socket) => socket.end(text))
  const code = await run('curl', ['-s', '-m', '5', url.href]).then(
    () => 0,
    (error: { code: number }) => error.code,
  )
  expect(code).toBe(failure)
  expect(await ask()).toMatchObject({
    status: 200,
    broken: failure === 0 ? null : expect.stringMatching(/dropped|malformed/),
  })
})

test('a body that only the end of the connection ends is not whole where that was reset', async () => {
  for (let i = 0; i < 5; i += 1) {
    const { url, ask } = await serve((socket) => {
      socket.write(`${head('200 OK')}ok`)
      setImmediate(() => socket.resetAndDestroy())
    })
    await expect(run('curl', ['-s', '-m', '5', url.href])).rejects.toMatchObject({ code: 56 })
    expect(await ask()).toMatchObject({ status: 200, broken: 'connection dropped' })
  }
})

test('behind a status below 100 nothing is a permission', async () => {
  const { ask } = await serve((socket) => {
    socket.end(`${head('099 x', 'Content-Length: 0')}${head('200 OK', 'Content-Length: 2')}ok`)
  })
  expect((await ask()).broken).toBe('malformed answer')
})

test('a refusal in lower case, which curl takes for a permission, is one', async () => {
  const { ask } = await serve((socket) => {
    socket.write(`${head('403 Forbidden', 'Content-Length: 2').toLowerCase()}no`)
  })
  expect(await ask()).toMatchObject({ status: 403, broken: null })
})

test('a connection that was closed behind a whole answer, without a word, costs no answer', async () => {
  const { ask, connections } = await serve((socket) => {
    socket.write(`${head('403 Forbidden', 'Content-Length: 2')}no`)
    socket.end()
  })
  for (let i = 0; i < 200; i += 1) expect((await ask()).status).toBe(403)
  expect(connections()).toBe(200)
})

test.each([
  ['is reset', (socket: Socket) => socket.resetAndDestroy()],
  ['ends', (socket: Socket) => socket.end()],
  ['breaks off', (socket: Socket) => socket.end('HTTP/1.1 200 OK\r\nContent-Le')],
  ['ends behind its status', (socket: Socket) => socket.end('HTTP/1.1 200 OK\r\n')],
  [
    'says that nothing came',
    (socket: Socket) => socket.end(head('408 Request Timeout', 'Content-Length: 0')),
  ],
])('a kept connection that %s is asked again on a fresh one', async (_, die) => {
  const { ask, connections } = await serve((socket, turn) => {
    if (turn === 1) socket.write(`${head('403 Forbidden', 'Content-Length: 2')}no`)
    else die(socket)
  })
  for (let i = 0; i < 20; i += 1) expect((await ask()).status).toBe(403)
  expect(connections()).toBe(20)
})

test('a refusal over a kept connection whose body never ends is one', async () => {
  const { ask, connections } = await serve((socket, turn) => {
    if (turn === 1) socket.write(`${head('200 OK', 'Content-Length: 2')}ok`)
    else socket.write(head('403 Forbidden', 'Content-Length: 2'))
  })
  expect((await ask()).status).toBe(200)
  expect(await ask(500)).toMatchObject({ status: 403, broken: 'timed out' })
  expect(connections()).toBe(1)
})

test('a refusal that broke off over a kept connection stays one where a fresh one brings nothing', async () => {
  const { ask, connections } = await serve((socket, turn, connection) => {
    if (connection > 1) socket.destroy()
    else if (turn === 1) socket.write(`${head('200 OK', 'Content-Length: 2')}ok`)
    else socket.end(`${head('403 Forbidden', 'Content-Length: 2')}n`)
  })
  expect((await ask()).status).toBe(200)
  expect(await ask()).toMatchObject({ status: 403, broken: 'connection dropped' })
  expect(connections()).toBe(2)
  await expect(ask()).rejects.toThrow('connection dropped')
})

test('a fresh connection that says nothing came is an answer', async () => {
  const { ask, connections } = await serve((socket) => {
    socket.end(head('408 Request Timeout', 'Content-Length: 0'))
  })
  expect(await ask()).toMatchObject({ status: 408, broken: null })
  expect(connections()).toBe(1)
})

test('connections are kept, also for many at once', async () => {
  const { ask, connections } = await serve((socket) => {
    socket.write(`${head('200 OK', 'Content-Length: 2')}ok`)
  })
  for (let i = 0; i < 20; i += 1) await ask()
  expect(connections()).toBe(1)
  await Promise.all(Array.from({ length: 10 }, () => ask()))
  await Promise.all(Array.from({ length: 10 }, () => ask()))
  expect(connections()).toBeLessThanOrEqual(10)
})

test.each([
  ['headers that never end', `HTTP/1.1 403 Forbidden\r\nX: ${'x'.repeat(120_000)}`, false],
  ['a body that breaks off', `${head('403 Forbidden', 'Content-Length: 10')}no`, true],
  ['a length that is none', `${head('403 Forbidden', 'Content-Length: two')}no`, true],
  ['chunks that are none', `${head('403 Forbidden', 'Transfer-Encoding: chunked')}zz\r\n`, true],
  ['a body that never comes', head('403 Forbidden', 'Content-Length: 10'), false],
])('a refusal with %s is one', async (_, text, isEnded) => {
  const { ask } = await serve((socket) => {
    socket.write(text)
    if (isEnded) socket.end()
  })
  const answer = await ask(500)
  expect(answer.status).toBe(403)
  expect(answer.broken).not.toBeNull()
})

test.each([
  ['no HTTP', 'hello\r\n\r\n', 'malformed answer'],
  ['nothing', '', 'connection dropped'],
])('%s is no answer', async (_, text, why) => {
  const { ask } = await serve((socket) => socket.end(text))
  await expect(ask()).rejects.toThrow(why)
})
