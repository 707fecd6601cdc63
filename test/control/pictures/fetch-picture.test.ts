import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { CHANNELS, logoOf } from '../../../control/demo/channels.ts'
import {
  createPictureFetcher,
  type PictureLimits,
} from '../../../control/pictures/fetch-picture.ts'
import { pictureTypeOf } from '../../../control/pictures/picture-type.ts'

const png = CHANNELS[0] === undefined ? Buffer.alloc(0) : logoOf(CHANNELS[0])
const SVG = '<?xml version="1.0"?>\n<!-- a --><svg xmlns="http://www.w3.org/2000/svg"/>'
const limits: PictureLimits = {
  maxBytes: 4096,
  types: new Set(['png', 'gif']),
  verifies: () => true,
}

type Answer = (request: IncomingMessage, response: ServerResponse) => void
const send =
  (body: string | Buffer, headers: Record<string, string | number> = {}, status = 200): Answer =>
  (_, response) =>
    void response.writeHead(status, { 'Content-Type': 'image/png', ...headers }).end(body)

/** Writes until the other side goes. */
const endless: Answer = (_, response) => {
  response.writeHead(200, { 'Content-Type': 'image/png' })
  response.write(png)
  const timer = setInterval(() => response.write(Buffer.alloc(1024)), 5)
  response.on('close', () => clearInterval(timer))
}

let base = ''
let elsewhere = ''
const seen: IncomingMessage[] = []
const answers: Record<string, Answer> = {
  '/good': send(png),
  '/nameless': send(png, { 'Content-Type': 'application/octet-stream' }),
  '/misnamed.gif': send(png, { 'Content-Type': 'image/gif' }),
  '/login': (request, response) =>
    send(
      png,
      {},
      request.headers.authorization === 'Basic w7w6cCVAc3M=' ? 200 : 401,
    )(request, response),
  '/moved': send('', { Location: '/good' }, 302),
  '/moved-with-login': send('', { Location: '/login' }, 307),
  '/round': send('', { Location: '/round' }, 302),
  '/nowhere': send('', { Location: 'http://[' }, 302),
  '/html': send('<html></html>', { 'Content-Type': 'text/html; charset=utf-8' }),
  '/html-as-png': send('<html><script>x</script></html>'),
  '/png-as-html': send(png, { 'Content-Type': 'text/html' }),
  '/json-as-png': send('{"admin":true}'),
  '/jpeg': send(Buffer.from([0xff, 0xd8, 0xff, 0xe0, 1, 2, 3]), { 'Content-Type': 'image/jpeg' }),
  '/svg': send(SVG, { 'Content-Type': 'image/svg+xml' }),
  '/packed': send(png, { 'Content-Encoding': 'gzip' }),
  '/large': send(Buffer.concat([png, Buffer.alloc(4096)])),
  '/endless': endless,
  '/empty': send(''),
  '/cut': (_, response) => {
    response.writeHead(200, { 'Content-Type': 'image/png', 'Content-Length': png.length + 10 })
    response.write(png, () => response.destroy())
  },
  '/dropped': (_, response) => void response.destroy(),
  '/away': send('', {}, 503),
  '/partial': send(png, {}, 206),
}

const listen = async (answer: Answer) => {
  const server = createServer(answer)
  await new Promise<void>((resolve) => void server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo
  return { url: `http://127.0.0.1:${port}`, server }
}

const fetcher = createPictureFetcher()
const servers: Awaited<ReturnType<typeof listen>>['server'][] = []
beforeAll(async () => {
  const other = await listen(send(png))
  const main = await listen((request, response) => {
    seen.push(request)
    const path = request.url ?? ''
    if (path === '/elsewhere')
      return send('', { Location: `${elsewhere}/good` }, 302)(request, response)
    const answer = answers[path]
    if (answer === undefined) return void response.writeHead(404).end('no')
    return answer(request, response)
  })
  servers.push(other.server, main.server)
  base = main.url
  elsewhere = other.url
})
afterAll(async () => {
  await fetcher.close()
  for (const server of servers) {
    server.closeAllConnections()
    server.close()
  }
})

const fetchAt = async (path: string, more: Partial<PictureLimits> = {}) =>
  await fetcher.fetch(new URL(path, base), { ...limits, ...more })

test.each(['/good', '/nameless', '/misnamed.gif', '/moved'])('%s is a picture', async (path) => {
  const found = await fetchAt(path)
  expect(found).toMatchObject({ kind: 'picture', contentType: 'image/png' })
  if (found.kind === 'picture') expect(Buffer.from(found.body).equals(png)).toBe(true)
})

test('what is asked has nothing of a viewer; the tag follows the picture', async () => {
  const found = await fetchAt('/good')
  expect(Object.keys(seen.at(-1)?.headers ?? {}).sort()).toEqual([
    'accept',
    'connection',
    'host',
    'user-agent',
  ])
  expect(found.kind === 'picture' ? found.etag : '').toMatch(/^"[\w-]{22}"$/)
})

test('the login of an address goes as a header, also where it is sent on within its host', async () => {
  for (const path of ['/login', '/moved-with-login']) {
    const url = new URL(path, base)
    url.username = 'ü'
    url.password = 'p%25@ss'
    expect(await fetcher.fetch(url, limits), path).toMatchObject({ kind: 'picture' })
  }
  expect(await fetchAt('/login')).toEqual({ kind: 'missing', why: 'answered 401' })
})

test.each([
  ['/nothing-here', 'missing', 'answered 404'],
  ['/elsewhere', 'missing', 'redirects elsewhere'],
  ['/nowhere', 'missing', 'redirects elsewhere'],
  ['/round', 'missing', 'redirects without end'],
  ['/html', 'missing', 'answered text/html; charset=utf-8'],
  ['/png-as-html', 'missing', 'answered text/html'],
  ['/html-as-png', 'missing', 'no picture'],
  ['/json-as-png', 'missing', 'no picture'],
  ['/empty', 'missing', 'no picture'],
  ['/jpeg', 'missing', 'jpeg is not among pictures.types'],
  ['/svg', 'missing', 'svg is not among pictures.types'],
  ['/packed', 'missing', 'packed as gzip'],
  ['/large', 'missing', 'larger than 4 kB (pictures.max_kb)'],
  ['/endless', 'missing', 'larger than 4 kB (pictures.max_kb)'],
  ['/away', 'failing', 'answered 503'],
  ['/partial', 'failing', 'answered 206'],
])('%s is %s: %s', async (path, kind, why) => {
  expect(await fetchAt(path)).toEqual({ kind, why })
})

test.each(['/cut', '/dropped'])('%s may be there another time', async (path) => {
  expect((await fetchAt(path)).kind).toBe('failing')
})

test('a host that is not there may be there another time', async () => {
  const gone = await listen(send(png))
  await new Promise((resolve) => gone.server.close(resolve))
  expect((await fetcher.fetch(new URL(gone.url), limits)).kind).toBe('failing')
})

test('SVG passes where it is named', async () => {
  const found = await fetchAt('/svg', { types: new Set(['svg']) })
  expect(found).toMatchObject({ kind: 'picture', contentType: 'image/svg+xml' })
})

test.each([
  [Buffer.from('GIF89a\x01'), 'gif'],
  [Buffer.from('RIFF\x00\x00\x00\x00WEBPVP8 '), 'webp'],
  [Buffer.from('\x00\x00\x00\x20ftypavif'), 'avif'],
  [Buffer.from('\x00\x00\x00\x20ftypisom'), null],
  [Buffer.from('<svg>'), 'svg'],
  [Buffer.from('\uFEFF <!DOCTYPE svg PUBLIC "x"><svg a="1">'), 'svg'],
  [Buffer.from('<html><svg></svg></html>'), null],
  [Buffer.from('<svgx>'), null],
  [Buffer.from('#EXTM3U'), null],
])('the first bytes tell the type (%#)', (bytes, type) => {
  expect(pictureTypeOf(bytes)).toBe(type)
})
