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
}
const CHANNELS = ['one', 'two', 'three'].map(
  (id, n) =>
    `#EXTINF:-1 tvg-id="${id}" group-title="Federal",${id}\n__AT__/${id}/list.php?id=${n + 1}\n`,
)

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
    response.writeHead(body === undefined ? 404 : 200, { 'Content-Type': 'text/plain' }).end(body)
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

test('a list names channels by what their origins answered at the first opening, also after a restart', async () => {
  expect(await names()).toEqual(['stream.ts', 'stream.ts', 'stream.ts'])
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
