import { once } from 'node:events'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { brotliCompressSync, gzipSync } from 'node:zlib'
import { packageRoot } from '../../../control/config/paths.ts'
import { loadMedia, type Media } from '../../../control/demo/media-files.ts'
import { createOrigin } from '../../../control/demo/server.ts'
import { DASH_SHAPES } from './dash.ts'
import { HLS_SHAPES } from './hls.ts'
import { partBytes, partOf, partReadyAt } from './low-latency.ts'
import type { Shape } from './shape.ts'

/** Every shape, each a channel. */
export const SHAPES: readonly Shape[] = [...HLS_SHAPES, ...DASH_SHAPES]

/** The group its channels are in. */
export const SHAPES_TITLE = 'Shapes'

const PACK = { gzip: gzipSync, br: brotliCompressSync } as const

/** The list that is a source of Gatehouse. */
const sourceOf = (base: string): string => {
  const entry = ({ id, entry: file }: Shape) =>
    `#EXTINF:-1 tvg-id="${id}" group-title="${SHAPES_TITLE}",${id}\n${base}/${id}/${file}\n`
  return `#EXTM3U\n${SHAPES.map(entry).join('')}`
}

/** Answers a request for a manifest, or a part of a segment; false for any other. */
async function answer(
  request: IncomingMessage,
  response: ServerResponse,
  media: Media,
): Promise<boolean> {
  const base = `http://${request.headers.host ?? 'localhost'}`
  const { pathname, searchParams: query } = new URL(request.url ?? '/', base)
  const [, id, ...rest] = pathname.split('/')
  const path = rest.join('/')
  const shape = SHAPES.find((it) => it.id === id)
  if (pathname === '/shapes.m3u') {
    response.writeHead(200, { 'Content-Type': 'audio/x-mpegurl' }).end(sourceOf(base))
    return true
  }
  if (shape === undefined) return false
  const part = partOf(path)
  if (part !== null) {
    await sleep(Math.max(0, partReadyAt(part.segment, part.part) - Date.now()))
    const bytes = partBytes(media.ts.both.segment(part.segment), part.part)
    response.writeHead(200, { 'Content-Type': 'video/mp2t', 'Content-Length': bytes.length })
    response.end(request.method === 'HEAD' ? undefined : bytes)
    return true
  }
  const manifest = shape.manifest({ path, query, now: Date.now(), base })
  if (manifest === null) {
    request.url = shape.media(path) ?? '/'
    return false
  }
  await sleep(Math.max(0, (manifest.notBefore ?? 0) - Date.now()))
  const type = shape.form === 'DASH' ? 'application/dash+xml' : 'application/vnd.apple.mpegurl'
  const encoding = shape.encoding === undefined ? {} : { 'Content-Encoding': shape.encoding }
  response.writeHead(200, { 'Content-Type': type, 'Cache-Control': 'no-cache', ...encoding })
  const body = shape.encoding === undefined ? manifest.text : PACK[shape.encoding](manifest.text)
  response.end(request.method === 'HEAD' ? undefined : body)
  return true
}

/** Starts the origin on a free port of 127.0.0.1. */
export async function startShapes(): Promise<{ url: string; close: () => void }> {
  const media = loadMedia(join(packageRoot(), 'control/demo/media'))
  const demo = createOrigin(media)
  const server = createServer((request, response) => {
    answer(request, response, media).then(
      (isAnswered) => isAnswered || demo.emit('request', request, response),
      () => response.destroy(),
    )
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    close() {
      server.closeAllConnections()
      server.close()
    },
  }
}
