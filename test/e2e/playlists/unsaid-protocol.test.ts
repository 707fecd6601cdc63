import { createServer } from 'node:http'
import { join } from 'node:path'
import { beforeAll, expect, test } from 'vitest'
import { useCleanup } from '../../support/cleanup.ts'
import { freePort, until } from '../../support/programs/port.ts'
import { startService, type TestService } from '../../support/programs/service.ts'
import { tempDir } from '../../support/temp-dir.ts'
import { viewer } from '../world/viewer.ts'
import { worldConfig } from '../world/world.ts'

const MPD = '<?xml version="1.0"?>\n<MPD xmlns="urn:mpeg:dash:schema:mpd:2011" type="static"/>'
const BODIES: Readonly<Record<string, string>> = {
  '/one/list.php?id=1': '#EXTM3U\n#EXT-X-TARGETDURATION:2\n#EXTINF:2,\na.ts\n',
  '/two/list.php?id=2': MPD,
  '/three/list.php?id=3': 'G'.repeat(188),
  '/four/list.php?id=4': '#EXTM3U\n#EXT-X-TARGETDURATION:2\n#EXTINF:2,\na.ts\n',
  '/five/list.php?id=5': MPD,
  '/six/list.php?id=6': 'G'.repeat(188),
}
const TYPES = ['application/vnd.apple.mpegurl', 'application/dash+xml', 'video/mp2t']
const CHANNELS = ['one', 'two', 'three', 'four', 'five', 'six'].map(
  (id, n) =>
    `#EXTINF:-1 tvg-id="${id}" group-title="Federal",${id}\n__AT__/${id}/list.php?id=${n + 1}\n`,
)

/** Of the first three nothing but what they begin with says what they are. */
const typeOf = (url: string): string => TYPES[Number(/[4-6]$/.exec(url)?.[0]) - 4] ?? 'text/plain'

const onCleanup = useCleanup('all')
let config = ''
let state = ''
let service: TestService
const asked: string[] = []
const start = async () => {
  service = await startService({ config, state })
}

beforeAll(async () => {
  const port = await freePort()
  const origin = `http://127.0.0.1:${port}`
  const server = createServer(({ url = '', headers }, response) => {
    if (headers['user-agent'] === 'Gatehouse' && url !== '/list.m3u') asked.push(url)
    const list = `#EXTM3U\n${CHANNELS.join('').replaceAll('__AT__', origin)}`
    const body = url === '/list.m3u' ? list : BODIES[url]
    response.writeHead(body === undefined ? 404 : 200, { 'Content-Type': typeOf(url) }).end(body)
  })
  server.listen(port, '127.0.0.1')
  onCleanup(() => server.closeAllConnections())
  onCleanup(() => server.close())
  const folder = await tempDir()
  onCleanup(folder.remove)
  state = join(folder.path, 'state')
  config = worldConfig().replace('groups:', `  - { name: php, url: '${origin}/list.m3u' }\ngroups:`)
  await start()
  onCleanup(async () => await service.stop())
}, 300_000)

/** Names of the three channels in a viewer's list. */
const names = async () =>
  [...(await viewer(service.edge).playlist()).matchAll(/\/(?:one|two|three)\/(\S+)/g)].map(
    ([, name]) => name,
  )

test('the first viewer too is told what it is, whether his player asks by HEAD or by GET, and has one session', async () => {
  for (const [n, id] of ['four', 'five', 'six'].entries()) {
    const first = viewer(service.edge, { address: `198.51.100.${n}` })
    const line = /\/live\/\S+\/play$/m
    const own = (await first.playlist()).split('\n').find((it) => it.includes(`/${id}/`)) ?? ''
    expect(own).toMatch(line)
    const { pathname } = new URL(own)
    const head = await first.get(pathname, { method: 'HEAD' })
    expect(head.status).toBe(302)
    const shown = await first.get(head.location ?? '', { method: 'HEAD' })
    expect([shown.status, shown.headers['content-type']]).toEqual([200, TYPES[n]])
    const opened = await first.get(pathname)
    expect([opened.status, opened.location]).toEqual([302, head.location])
  }
})

test('a list names channels by what their origins answered at the first opening, also after a restart', async () => {
  asked.length = 0
  expect(await names()).toEqual(['play', 'play', 'play'])
  for (const [n, id] of ['one', 'two', 'three'].entries())
    expect((await viewer(service.edge, { address: `203.0.113.${n}` }).open(id)).status).toBe(302)
  const right = ['index.m3u8', 'manifest.mpd', 'stream.ts']
  await until('lists with the right names', async () => (await names()).join() === right.join())
  expect(asked).toHaveLength(3)
  await service.stop()
  await start()
  expect(await names()).toEqual(right)
  const opened = await viewer(service.edge, { address: '203.0.113.9' }).open('one')
  expect(opened.location).toMatch(/\/index\.m3u8$/)
  expect(asked).toHaveLength(3)
}, 120_000)
