import { connect, createServer } from 'node:net'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { type Rig, startRig } from '../rig/rig.ts'
import { channelRows, ledAndUnled } from '../rig/tables.ts'

const SECRET = 'qT7wE3rR9z'
const MOVED = `302 Found\r\nLocation: http://balancer.example/x.ts?token=${SECRET}\r\nContent-Length: 0\r\n\r\n`
const PACKETS = Buffer.alloc(188 * 400, 0x47).toString('latin1')
/** What an origin sends for a path, byte for byte. */
const SENT: Readonly<Record<string, string>> = {
  // None was asked for.
  interim: `HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 ${MOVED}`,
  processing: `HTTP/1.1 102 Processing\r\n\r\nHTTP/1.1 ${MOVED}`,
  // No status line that nginx knows.
  unknown: `HTTP/2 ${MOVED}`,
  icy: `ICY 200 OK\r\nContent-Type: video/mp2t\r\n\r\n${PACKETS}`,
  hints: `HTTP/1.1 103 Early Hints\r\nLink: <http://balancer.example/?${SECRET}>\r\n\r\nHTTP/1.1 200 OK\r\nContent-Type: video/mp2t\r\nContent-Length: ${PACKETS.length}\r\n\r\n${PACKETS}`,
}

let rig: Rig
const origin = createServer((socket) => {
  socket.on('error', () => undefined)
  socket.on('data', (head) => {
    const name = Object.keys(SENT).find((it) => head.toString().split('\r', 1)[0]?.includes(it))
    socket.end(SENT[name ?? ''] ?? '', 'latin1')
  })
})
beforeAll(async () => {
  await new Promise<void>((resolve) => void origin.listen(0, '127.0.0.1', resolve))
  const at = origin.address()
  const url = `http://127.0.0.1:${typeof at === 'object' ? at?.port : 0}`
  rig = await startRig((stub) => {
    stub.policy = { ...stub.policy, groups: ledAndUnled }
    const both = { origin: url, groups: ['all', 'unled'] }
    stub.tables.channels.rows = channelRows({
      ch1: { ...both, base: '/hls/ch1/' },
      ...Object.fromEntries(
        Object.keys(SENT).map((name) => [
          name,
          { ...both, base: `/ts/${name}/`, entry: 'live.ts', protocol: 'mpegts' } as const,
        ]),
      ),
    })
  })
})
afterAll(async () => {
  await rig?.stop()
  origin.close()
})

/** All bytes of an answer. */
const ask = (path: string): Promise<string> =>
  new Promise((resolve, reject) => {
    const { port, hostname } = new URL(rig.url)
    const pieces: Buffer[] = []
    const socket = connect(Number(port), hostname, () =>
      socket.write(`GET ${path} HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n`),
    )
    socket.on('data', (piece) => pieces.push(piece)).on('error', reject)
    socket.on('close', () => resolve(Buffer.concat(pieces).toString('latin1')))
  })

const pathsOf = async (
  name: string,
): Promise<Record<'segment' | 'list' | 'stream' | 'unled', string>> => {
  const root = async (channel: string): Promise<string> => {
    const ticket = rig.ticket({ account: `own:${name}` })
    const opened = await rig.get(`/live/${ticket}/${channel}/index.m3u8`)
    return (opened.headers.get('location') ?? '').replace(/[^/]*$/, '')
  }
  const unled = rig.ticket({ group: 'unled', account: `own:${name}` })
  const hls = await root('ch1')
  return {
    segment: `${hls}${name}.ts`,
    list: `${hls}${name}.m3u8`,
    stream: `${await root(name)}live.ts`,
    unled: `/live/${unled}/${name}/live.ts`,
  }
}

test.each(['interim', 'processing'])(
  'an answer that is none yet hands no player what stands behind it: %s',
  async (name) => {
    const { segment, ...others } = await pathsOf(name)
    expect(await ask(segment)).toMatch(/^HTTP\/1\.1 204 [^]*X-Gatehouse-Reason: origin\.unreadable/)
    for (const path of Object.values(others)) {
      const answer = await ask(path)
      expect(answer).toMatch(/^HTTP\/1\.1 502 [^]*X-Gatehouse-Reason: origin\.unreadable/)
      expect(answer).not.toContain(SECRET)
    }
  },
)

test('a redirection in an answer that nginx does not know as one ends a stream', async () => {
  const { stream, unled } = await pathsOf('unknown')
  for (const path of [stream, unled]) expect(await ask(path)).toBe('')
})

test('a stream of Shoutcast plays, and one behind early hints, which stay here', async () => {
  for (const name of ['icy', 'hints']) {
    const { stream, unled } = await pathsOf(name)
    for (const path of [stream, unled]) {
      const answer = await ask(path)
      expect(answer).toContain('G'.repeat(188))
      expect(answer).not.toContain(SECRET)
    }
  }
})
