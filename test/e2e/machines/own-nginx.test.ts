import { readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { packageRoot } from '../../../control/config/paths.ts'
import { run } from '../../../control/runtime/exec.ts'
import { resolveTool } from '../../../control/runtime/resolve.ts'
import { startDaemonNginx } from '../../support/nginx/daemon-nginx.ts'
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

const gatehouse = async (...args: string[]) => {
  const config = join(dirname(service.state), 'gatehouse.yaml')
  const own = ['--config', config, '--state', service.state]
  return await run([join(packageRoot(), 'scripts/gatehouse'), ...args, ...own])
}
const writeIncludes = async () => await gatehouse('nginx', '--out', includes)
const checked = async () => (await gatehouse('check', '--no-sources')).stdout

const edgesPart = async () => {
  const { parts } = (await (await service.api('/health/ready')).json()) as {
    parts: { name: string; ok: boolean; detail: string }[]
  }
  return parts.find(({ name }) => name === 'edges')
}

const ownConf = async (dir: string, port: string) => {
  const { modules } = await resolveTool('nginx')
  return `load_module ${modules?.js};
${process.getuid?.() === 0 ? 'user nobody nogroup;' : ''}
worker_processes 2; pid ${dir}/nginx.pid; error_log stderr notice;
events {}
http {
  variables_hash_max_size 2048; access_log off;
  ${TEMP.map((name) => `${name}_temp_path ${dir}/${name};`).join(' ')}
  include ${includes}/gatehouse-http.conf;
  server { listen 127.0.0.1:${port}; include ${includes}/gatehouse-server.conf; }
}`
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
  nginx = await startNginx({ wrap: false, conf: await ownConf('__DIR__', '__PORT__') })
  const { url } = nginx
  await until('a list', async () => (await ask(url, '/playlist.m3u')).status === 200, 60_000)
  await until('health', async () => (await edgesPart())?.ok === true)
  expect((await edgesPart())?.detail).toBe('')
}, 180_000)

const get = async (path: string, options: Ask): Promise<Reply> =>
  await ask(nginx?.url ?? '', path, options)

/** Writes the files anew as `change` makes them of what they say, and has nginx read them. */
const rewrite = async (change: (http: string) => string) => {
  const file = join(includes, 'gatehouse-http.conf')
  writeFileSync(file, change(readFileSync(file, 'utf8')))
  await nginx?.reload()
}

const RELEASES = [
  ['older', '0.0.9-0123456789', /files of 0\.0\.9-0123456789, older than this control plane/],
  ['newer', '99.0.0-0123456789', /files of 99\.0\.0-0123456789, newer than this control plane/],
  ['without a mark', '', /files of a release without a mark, older than this control plane/],
] as const
test.each(RELEASES)(
  'files of a release that is %s are told by health and check',
  async (_, release, what) => {
    const right = /\$gh_release "([^"]+)"/
    const ours = right.exec(readFileSync(join(includes, 'gatehouse-http.conf'), 'utf8'))?.[1] ?? ''
    expect(ours).toMatch(/^\d+\.\d+\.\d+-[0-9a-f]{10}$/)
    const said = new RegExp(`ours: its nginx runs ${what.source} \\(${ours}\\)`)
    await rewrite((http) => http.replace(right, `$gh_release "${release}"`))
    await until('health', async () => said.test((await edgesPart())?.detail ?? ''), 30_000)
    expect(await checked()).toMatch(said)
    expect((await writeIncludes()).code).toBe(0)
    await nginx?.reload()
    await until('health', async () => (await edgesPart())?.ok === true, 30_000)
    expect(await checked()).not.toContain('its nginx runs')
  },
  180_000,
)

test('another state of the same version, and files of other settings, are told too; the bundle lies beside the files', async () => {
  await rewrite((http) => http.replace(/(\$gh_release "[^"-]+-)[^"]+"/, '$10000000000"'))
  const other = /its nginx runs files of \d+\.\d+\.\d+-0000000000, and this control plane is/
  await until('health', async () => other.test((await edgesPart())?.detail ?? ''), 30_000)
  expect(await checked()).toMatch(other)

  const config = join(dirname(service.state), 'gatehouse.yaml')
  const before = readFileSync(config, 'utf8')
  writeFileSync(config, `${before}origins: [ { name: far, url: 'http://127.0.0.1:9' } ]\n`)
  expect((await writeIncludes()).code).toBe(0)
  await nginx?.reload()
  const settings = /its nginx runs files that were written with other settings/
  await until('health', async () => settings.test((await edgesPart())?.detail ?? ''), 30_000)
  writeFileSync(config, before)
  expect(await checked()).toMatch(settings)
  expect((await writeIncludes()).code).toBe(0)
  await nginx?.reload()
  await until('health', async () => (await edgesPart())?.ok === true, 30_000)

  const http = readFileSync(join(includes, 'gatehouse-http.conf'), 'utf8')
  expect(http).toContain(`js_path "${includes}"`)
  expect(readFileSync(join(includes, 'gatehouse-edge.js'))).toEqual(
    readFileSync(join(packageRoot(), 'dist/edge.js')),
  )
}, 180_000)

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

test('nginx upgraded with files of another release: whoever asks meanwhile is served, or told that the edge is not ready', async () => {
  await nginx?.stop()
  nginx = undefined
  const daemon = await startDaemonNginx(ownConf)
  try {
    const home = viewer(daemon.url, { from: HOME })
    await until('a list', async () => (await home.get('/playlist.m3u')).status === 200, 60_000)
    const [ticket, channels] = [await home.ticket(), await home.channels()]
    const { entry } = await home.play(channels[0] ?? '', ticket)

    // The other release asks its inner server for manifests by another name.
    for (const name of readdirSync(includes).filter((it) => it.endsWith('.conf'))) {
      const file = join(includes, name)
      const text = readFileSync(file, 'utf8')
        .replace(/(gatehouse-|\$gh_release ")\d+\.\d+\.\d+-[0-9a-f]{10}"/g, '$19.0.0-abc"')
        .replace('location = /manifest {', 'location = /document {')
        .replace('rewrite ^ /manifest? break;', 'rewrite ^ /document? break;')
      writeFileSync(file, text)
    }
    await daemon.upgrade()
    const seen = new Set<string>()
    const noted = async (path: string) => {
      const { status, reason } = await home.get(path)
      seen.add(reason === null ? String(status) : `${status} ${reason}`)
    }
    for (let round = 0; round < 12; round += 1)
      await Promise.all(
        channels
          .slice(0, 4)
          .flatMap((channel, n) => [
            noted(`${entry}?round=${round}.${n}`),
            noted(`/live/${ticket}/${channel}/index.m3u8?round=${round}`),
            noted(`/playlist.m3u?round=${round}`),
          ]),
      )
    expect([...seen].filter((it) => !['200', '302', '503 edge.not_ready'].includes(it))).toEqual([])
    expect([...seen]).toEqual(expect.arrayContaining(['200', '302']))
    await daemon.retire()
    const served = async () => (await home.get(`${entry}?after`)).status === 200
    await until('all to be served', served, 30_000)
  } finally {
    await daemon.stop()
  }
}, 240_000)
