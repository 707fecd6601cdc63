import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import { readRange } from './answer.ts'
import { answerFor } from './answers.ts'
import { CHANNELS, channelPath } from './channels.ts'
import type { Media } from './media-files.ts'
import { streamMpegTs } from './mpegts-stream.ts'

/** One request, as the origin saw it. */
export interface SeenRequest {
  readonly method: string
  readonly url: string
  readonly headers: IncomingMessage['headers']
}

/** The demo origin: a plain media server, without any part of Gatehouse. */
export function createOrigin(
  media: Media,
  onRequest: (seen: SeenRequest) => void = () => {},
  /** Takes a request that is another's; false for any other. */
  isTaken: (request: IncomingMessage, response: ServerResponse) => boolean = () => false,
): Server {
  return createServer((request, response) => {
    const { method = '', url = '/', headers } = request
    if (isTaken(request, response)) return
    onRequest({ method, url, headers })
    const path = url.split('?', 1)[0] ?? '/'
    if (method !== 'GET' && method !== 'HEAD') {
      response.writeHead(405, { Allow: 'GET, HEAD' }).end()
      return
    }
    const stream = CHANNELS.find((it) => it.delivery === 'mpegts' && channelPath(it) === path)
    if (stream === undefined) {
      sendAnswer(request, response, { media, path })
    } else if (method === 'HEAD') {
      response.writeHead(200, { 'Content-Type': 'video/mp2t' }).end()
    } else {
      streamMpegTs(response, media.ts.both)
    }
  })
}

function sendAnswer(
  request: IncomingMessage,
  response: ServerResponse,
  from: { media: Media; path: string },
): void {
  const base = `http://${request.headers.host ?? 'localhost'}`
  const answer = answerFor(from.path, Date.now(), { media: from.media, base })
  if (answer === null) {
    response.writeHead(404, { 'Content-Type': 'text/plain' }).end('not found\n')
    return
  }
  const body = Buffer.isBuffer(answer.body) ? answer.body : Buffer.from(answer.body)
  const range = readRange(request.headers.range, body.length)
  if (range === 'outside') {
    response.writeHead(416, { 'Content-Range': `bytes */${body.length}` }).end()
    return
  }
  const part = range === null ? body : body.subarray(range.from, range.to + 1)
  response.writeHead(range === null ? 200 : 206, {
    'Content-Type': answer.type,
    'Content-Length': part.length,
    'Accept-Ranges': 'bytes',
    'Cache-Control': answer.maxAge === 0 ? 'no-store' : `max-age=${answer.maxAge}`,
    ...(range === null
      ? {}
      : { 'Content-Range': `bytes ${range.from}-${range.to}/${body.length}` }),
  })
  response.end(request.method === 'HEAD' ? undefined : part)
}
