import { readFileSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { packageRoot } from '../../../control/config/paths.ts'
import { run } from '../../../control/runtime/exec.ts'
import { resolveTool } from '../../../control/runtime/resolve.ts'
import { startNginx, type TestNginx } from '../../support/nginx/nginx.ts'
import { until } from '../../support/programs/port.ts'
import { startService, type TestService } from '../../support/programs/service.ts'
import { type Ask, ask, type Reply } from '../world/ask.ts'
import { viewer } from '../world/viewer.ts'

// An operator's own nginx, with the include files as `gatehouse nginx` writes them.
const CONFIG = `edge: { nginx: external, id: ours, listen: __EDGE__ }
admin: { listen: __ADMIN__ }
sources: [ { name: one, url: 'http://__ORIGIN__/playlist.m3u' } ]
groups:
  - { name: home, networks: [127.0.0.2/32], max_sessions: 9 }
  - { name: everyone, default: true, channels: { titles: [Federal] }, max_sessions: 9 }
demo: { enabled: true, origin: __ORIGIN__ }
`
const TEMP = ['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi']
const HOME = '127.0.0.2'
const ELSEWHERE = '127.0.0.1'
const BANNED = '127.0.0.3'

let service: TestService
let nginx: TestNginx | undefined
let includes = ''

const writeIncludes = async () => {
  const config = join(dirname(service.state), 'gatehouse.yaml')
  const args = ['nginx', '--config', config, '--state', service.state, '--out', includes]
  return await run([join(packageRoot(), 'scripts/gatehouse'), ...args])
}

const edgesPart = async () => {
  const { parts } = (await (await service.api('/health/ready')).json()) as {
    parts: { name: string; ok: boolean; detail: string }[]
  }
  return parts.find(({ name }) => name === 'edges')
}

beforeAll(async () => {
  service = await startService({ config: CONFIG })
  includes = join(service.state, 'includes')
}, 300_000)
afterAll(async () => {
  await nginx?.stop()
  await service?.stop()
})

test('the start does not take edge.listen, where nothing of ours listens, for the playlist’s address', async () => {
  expect(service.ready.edge).toBeNull()
  const answer = await service.api('/api/v1/edges/check')
  expect(await answer.json()).toEqual({
    url: null,
    ok: false,
    problem: expect.stringContaining('edge.public_url'),
  })
})

test('health misses the nginx that was to sync, until it does', async () => {
  await until('the fault', async () => (await edgesPart())?.ok === false, 60_000)
  expect((await edgesPart())?.detail).toMatch(/^ours: it has not synced .*edge\.socket_group/)
  expect((await writeIncludes()).code).toBe(0)
  const { modules } = await resolveTool('nginx')
  nginx = await startNginx({
    wrap: false,
    conf: `load_module ${modules?.js};
${process.getuid?.() === 0 ? 'user nobody nogroup;' : ''}
worker_processes 2; pid __DIR__/nginx.pid; error_log stderr notice;
events {}
http {
  variables_hash_max_size 2048; access_log off;
  ${TEMP.map((name) => `${name}_temp_path __DIR__/${name};`).join(' ')}
  include ${includes}/gatehouse-http.conf;
  server { listen 127.0.0.1:__PORT__; include ${includes}/gatehouse-server.conf; }
}`,
  })
  const { url } = nginx
  await until('a list', async () => (await ask(url, '/playlist.m3u')).status === 200, 60_000)
  await until('health', async () => (await edgesPart())?.ok === true)
  expect((await edgesPart())?.detail).toBe('')
}, 180_000)

const get = async (path: string, options: Ask): Promise<Reply> =>
  await ask(nginx?.url ?? '', path, options)

const SCALES = [
  ['larger', 2],
  ['smaller', 0.5],
] as const
test.each(SCALES)(
  'a release whose zones are all %s: nobody gets what is not theirs',
  async (_, scale) => {
    const at = { from: HOME }
    const { url = '' } = nginx ?? {}
    const ban = { kind: 'network', subject: BANNED, seconds: 3600 }
    await service.api('/api/v1/bans', {
      method: 'POST',
      headers: { 'Content-Type': 'application/json' },
      body: JSON.stringify(ban),
    })
    const home = viewer(url, at)
    const [ticket, channels] = [await home.ticket(), await home.channels()]
    const { entry } = await home.play(channels[0] ?? '', ticket)
    const opening = `/live/${ticket}/${channels[1] ?? ''}/index.m3u8`
    const names = ({ status, reason, text }: Reply) =>
      reason ?? `${status} ${text.split('#EXTINF').length - 1}`
    let asked = 0
    const outcomes = async () => {
      asked += 1
      const again = `?n=${asked}`
      return {
        'list at home': names(await get('/playlist.m3u', at)),
        'list elsewhere': names(await get('/playlist.m3u', { from: ELSEWHERE })),
        'list of a banned network': names(await get('/playlist.m3u', { from: BANNED })),
        opening: String((await get(opening + again, at)).status),
        'opening from elsewhere': names(await get(opening + again, { from: ELSEWHERE })),
        'opening from a banned network': names(await get(opening + again, { from: BANNED })),
        manifest: String((await get(entry, at)).status),
      }
    }
    const right = {
      'list at home': `200 ${channels.length}`,
      'list elsewhere': `200 ${(await viewer(url, { from: ELSEWHERE }).channels()).length}`,
      'list of a banned network': 'ban.network',
      opening: '302',
      'opening from elsewhere': 'group.moved',
      'opening from a banned network': 'ban.network',
      manifest: '200',
    }
    await until(
      'all as it should be',
      async () => JSON.stringify(await outcomes()) === JSON.stringify(right),
    )

    const file = join(includes, 'gatehouse-http.conf')
    const text = readFileSync(file, 'utf8')
    const sized = text.replace(
      /^((?:js_shared_dict_zone|limit_req_zone|limit_conn_zone|proxy_cache_path) .*?zone=gh_\w+:)(\d+)([km])/gm,
      (_whole, start: string, size: string, unit: string) =>
        `${start}${Number(size) * (unit === 'm' ? 1024 : 1) * scale}k`,
    )
    expect(sized).not.toBe(text)
    writeFileSync(file, sized)
    const seen: Awaited<ReturnType<typeof outcomes>>[] = []
    await nginx?.reload()
    await until(
      'all right again',
      async () => {
        seen.push(await outcomes())
        return JSON.stringify(seen.at(-1)) === JSON.stringify(right)
      },
      60_000,
    )
    for (const outcome of seen)
      for (const [who, got] of Object.entries(outcome))
        expect([right[who as keyof typeof right], 'edge.not_ready', '503'], who).toContain(got)
    await until('health', async () => (await edgesPart())?.ok === true)
  },
  180_000,
)
