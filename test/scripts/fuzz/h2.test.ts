import { once } from 'node:events'
import { createServer } from 'node:http2'
import { type AddressInfo, connect } from 'node:net'
import { text } from 'node:stream/consumers'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { asHttp2, statusOfHttp2 } from '../../../scripts/fuzz/h2.ts'

const seen: unknown[] = []
const server = createServer((request, response) => {
  const { method, url, authority, headers } = request
  void text(request).then((body) => {
    seen.push({ method, url, authority, odd: headers['x-odd'], body })
    response.writeHead(url.startsWith('/there') ? 200 : 404).end('x')
  })
})
beforeAll(async () => {
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
})
afterAll(() => server.close())

const ask = async (request: string): Promise<number | null> => {
  const socket = connect((server.address() as AddressInfo).port, '127.0.0.1')
  socket.write(asHttp2(request))
  let got = Buffer.alloc(0)
  for await (const part of socket) {
    got = Buffer.concat([got, part as Buffer])
    const status = statusOfHttp2(got)
    if (status !== null) return status
  }
  return null
}

test('a request is the same one in HTTP/2, whatever its size, and its status is read', async () => {
  const odd = 'o'.repeat(20_000)
  const body = 'b'.repeat(40_000)
  const head = `POST /there?a=1 HTTP/1.1\r\nHost: tv.example.net\r\nX-Odd: ${odd}\r\nConnection: close`
  expect(await ask(`${head}\r\n\r\n${body}`)).toBe(200)
  expect(await ask('GET /nowhere HTTP/1.1\r\nHost: tv.example.net\r\n\r\n')).toBe(404)
  const authority = 'tv.example.net'
  expect(seen).toEqual([
    { method: 'POST', url: '/there?a=1', authority, odd, body },
    { method: 'GET', url: '/nowhere', authority, odd: undefined, body: '' },
  ])
})

test('what the server breaks off has no status', async () => {
  expect(await ask('GET /bad HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n')).toBe(0)
})
