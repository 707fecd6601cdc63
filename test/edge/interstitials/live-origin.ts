import { createServer, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { pause } from '../../support/pause.ts'

/** An origin of a live channel whose newest segment comes every two seconds: it holds a reload until then, and leaves out what the player has where that asks so. */
export interface LiveOrigin {
  readonly url: string
  /** Queries of the playlist. */
  readonly reloads: string[]
  /** Begins anew. `ranges`: date ranges of a channel that began at a time. */
  begin(ranges: (start: number) => string): void
  stop(): Promise<void>
}

const TARGET_MS = 2000
const WINDOW = 10
/** What is older than six target durations may be left out (`CAN-SKIP-UNTIL`). */
const SKIPPED = WINDOW - 6
const HEAD = `#EXTM3U
#EXT-X-VERSION:10
#EXT-X-TARGETDURATION:2
#EXT-X-SERVER-CONTROL:CAN-BLOCK-RELOAD=YES,CAN-SKIP-UNTIL=12,CAN-SKIP-DATERANGES=YES
`

/** `clips`: two seconds each, one after the other. */
export const startLiveOrigin = async (clips: readonly Buffer[]): Promise<LiveOrigin> => {
  let start = Date.now()
  let before = ''
  const reloads: string[] = []
  const newest = () => Math.floor((Date.now() - start) / TARGET_MS)
  const segment = (n: number): string => {
    const isCut = n % clips.length === 0 ? '#EXT-X-DISCONTINUITY\n' : ''
    const time = new Date(start + n * TARGET_MS).toISOString()
    return `${isCut}#EXT-X-PROGRAM-DATE-TIME:${time}\n#EXTINF:2,\n${n}.ts\n`
  }
  const sendList = async (query: URLSearchParams, response: ServerResponse): Promise<void> => {
    const wanted = Number(query.get('_HLS_msn') ?? 0)
    while (newest() < wanted) await pause(20)
    const from = newest() - WINDOW + 1
    const isDelta = query.has('_HLS_skip')
    const numbers = Array.from({ length: WINDOW }, (_, index) => from + index)
    const cuts = Math.ceil(from / clips.length)
    const ranges = isDelta ? `#EXT-X-SKIP:SKIPPED-SEGMENTS=${SKIPPED}\n` : before
    const counters = `#EXT-X-MEDIA-SEQUENCE:${from}\n#EXT-X-DISCONTINUITY-SEQUENCE:${cuts}\n`
    const listed = numbers.slice(isDelta ? SKIPPED : 0).map(segment)
    response.writeHead(200, { 'Content-Type': 'application/vnd.apple.mpegurl' })
    response.end(HEAD + counters + ranges + listed.join(''))
  }
  const server = createServer(({ url = '' }, response) => {
    const { pathname, search, searchParams } = new URL(url, 'http://origin')
    const [, number] = /\/(\d+)\.ts$/.exec(pathname) ?? []
    if (number !== undefined) {
      response.writeHead(200, { 'Content-Type': 'video/mp2t' })
      response.end(clips[Number(number) % clips.length])
    } else if (pathname === '/live/index.m3u8') {
      reloads.push(search)
      void sendList(searchParams, response)
    } else response.writeHead(404).end()
  })
  await new Promise<void>((resolve) => void server.listen(0, '127.0.0.1', resolve))
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    reloads,
    begin(ranges) {
      start = Date.now() - WINDOW * TARGET_MS
      before = ranges(start)
      reloads.length = 0
    },
    async stop() {
      server.closeAllConnections()
      await new Promise<void>((resolve) => void server.close(() => resolve()))
    },
  }
}
