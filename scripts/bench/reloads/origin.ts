/** An origin of low-latency HLS: holds each reload until its part is there. `GET /count` says how many manifests were asked for. */
import { createServer, type ServerResponse } from 'node:http'
import { setTimeout as sleep } from 'node:timers/promises'
import { askedPart, newestPart, now, PARTS, partReadyAt } from './timeline.ts'

const partMs = Number(process.argv[2])
const WINDOW = 8
const waiting = new Map<number, ServerResponse[]>()
let count = 0

const nameOf = (part: number): string => `${Math.floor(part / PARTS)}.${part % PARTS}.m4s`
const partLine = (part: number): string =>
  `#EXT-X-PART:DURATION=${(partMs / 1000).toFixed(3)},URI="${nameOf(part)}"`

const listAt = (newest: number): string => {
  const segment = Math.floor((newest + 1) / PARTS)
  const lines = [
    '#EXTM3U',
    '#EXT-X-VERSION:9',
    `#EXT-X-TARGETDURATION:${Math.ceil((PARTS * partMs) / 1000)}`,
    `#EXT-X-SERVER-CONTROL:CAN-BLOCK-RELOAD=YES,PART-HOLD-BACK=${((3 * partMs) / 1000).toFixed(3)}`,
    `#EXT-X-PART-INF:PART-TARGET=${(partMs / 1000).toFixed(3)}`,
    `#EXT-X-MEDIA-SEQUENCE:${segment - WINDOW}`,
  ]
  for (let it = segment - WINDOW; it < segment; it += 1) {
    if (it >= segment - 2)
      for (let part = 0; part < PARTS; part += 1) lines.push(partLine(it * PARTS + part))
    lines.push(`#EXTINF:${((PARTS * partMs) / 1000).toFixed(3)},`, `${it}.m4s`)
  }
  for (let part = segment * PARTS; part <= newest; part += 1) lines.push(partLine(part))
  lines.push(`#EXT-X-PRELOAD-HINT:TYPE=PART,URI="${nameOf(newest + 1)}"`)
  return `${lines.join('\n')}\n`
}

const send = (response: ServerResponse, text: string): void =>
  void response
    .writeHead(200, {
      'Content-Type': 'application/vnd.apple.mpegurl',
      'Content-Length': text.length,
    })
    .end(text)

const server = createServer(({ url = '' }, response) => {
  if (url === '/count') return send(response, String(count))
  count += 1
  const newest = newestPart(Date.now(), partMs)
  const part = askedPart(url) ?? newest
  if (part <= newest) return send(response, listAt(newest))
  const others = waiting.get(part)
  if (others === undefined) waiting.set(part, [response])
  else others.push(response)
})
server.keepAliveTimeout = 60_000
server.listen(0, '127.0.0.1', () => {
  const address = server.address()
  process.stdout.write(`ready ${typeof address === 'object' ? address?.port : ''}\n`)
})

for (let part = newestPart(now(), partMs) + 1; ; part += 1) {
  await sleep(Math.max(0, partReadyAt(part, partMs) - now()))
  while (now() < partReadyAt(part, partMs)) await sleep(1)
  const text = listAt(part)
  for (const [asked, responses] of waiting) {
    if (asked > part) continue
    waiting.delete(asked)
    for (const response of responses) send(response, text)
  }
}
