import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { parse } from 'yaml'
import { tempDir } from '../../support/cleanup.ts'
import { authConfig, type Middleware, run, startMiddleware } from '../world/auth-world.ts'

let middleware: Middleware
let folder: { path: string; remove(): Promise<void> }
const file = (name: string, text: string): string => {
  const path = join(folder.path, name)
  writeFileSync(path, text)
  return path
}

beforeAll(async () => {
  folder = await tempDir()
  middleware = await startMiddleware(['news', 'films', 'plain'])
})
afterAll(async () => {
  await middleware?.close()
  await folder?.remove()
})

describe('import flussonic', () => {
  test.each([
    ['nothing', ''],
    ['an open block', 'auth_backend a { allow ip 1.2.3.4;'],
    ['a closing brace too many', 'auth_backend a { allow ip 1.2.3.4; } }'],
    ['an open quote', 'auth_backend a { allow ua "MAG; }'],
    ['bytes', '\u0000\u0001auth_backend \ufffd { allow ip \u0007; }'],
    ['a loop', 'include loop.conf;'],
    ['no semicolon', 'auth_backend a {\n allow ip 10/8\n deny ip 11/8\n}'],
    [
      'odd rules',
      'auth_backend a { allow ip 300.1.1.1; allow country Germany; allow; deny default; allow colour red; backend ftp://x; }',
    ],
    ['deep', 'auth_backend a { '.repeat(3000)],
  ])('%s is told in words', async (name, text) => {
    if (name === 'a loop') file('loop.conf', 'include loop.conf;')
    const told = await run(['import', 'flussonic', file('odd.conf', text)])
    expect(told.code).toBeLessThan(3)
    expect(`${told.out}${told.err}`).not.toMatch(/\bat .*\.[jt]s:\d+|RangeError|TypeError/)
    expect(told.err.trim()).not.toBe('')
  })
})

describe('import nginx-geo', () => {
  test('groups, proxies and lists; checked and asked', async () => {
    mkdirSync(join(folder.path, 'lists'))
    for (const name of ['ext', 'int', 'vip'])
      file(
        `lists/playlist_${name}.m3u`,
        `#EXTM3U\n#EXTINF:-1,${name}\nhttp://127.0.0.1:9/${name}/index.m3u8\n`,
      )
    file('nets.conf', '192.168.4.0/24 int;\n192.168.8.0/24 int;\n')
    const conf = `http {
  geo $locate {
    default ext;
    proxy 10.0.0.1; proxy 10.0.0.0/28;
    # inner networks
    192.168.1.0/24 int; include nets.conf;
    192.168.1.128/25 vip; 2001:db8::/32 vip;
    delete 192.168.8.0/24;
  }
  server { root ${folder.path}/lists;
    location = /playlist.m3u {
      if ($locate = ext) { rewrite ^ /playlist_ext.m3u last; }
      if ($locate = int) { return 302 /playlist_int.m3u; }
      try_files /playlist_$locate.m3u =404;
    } } }`
    const told = await run(['import', 'nginx-geo', file('geo.conf', conf)])
    const made = parse(told.out) as Record<string, unknown>
    const config = file('geo.yaml', JSON.stringify(made))
    const checked = await run(['check', '--config', config])
    expect([checked.code < 2, checked.out]).toEqual([true, checked.out])
    const group = async (ip: string) => {
      const { out } = await run(['explain', '--config', config, '--ip', ip, '--json'])
      const { group: name, first } = JSON.parse(out) as { group: string; first: string[] }
      return [name, ...first]
    }
    expect(await group('192.168.1.5')).toEqual(['int', 'int'])
    expect(await group('192.168.1.200')).toEqual(['vip', 'vip'])
    expect(await group('192.168.4.1')).toEqual(['int', 'int'])
    expect(await group('192.168.8.1')).toEqual(['ext', 'ext'])
    expect(await group('2001:db8:7::1')).toEqual(['vip', 'vip'])
    expect(made['edge']).toEqual({ trusted_proxies: ['10.0.0.1/32', '10.0.0.0/28'] })
  }, 120_000)
})

describe('explain', () => {
  test('runs a draft over a combined and a JSON log', async () => {
    const draft = file(
      'draft2.yaml',
      authConfig(middleware.url, {
        edge: { listen: '127.0.0.1:1' },
        admin: { listen: '127.0.0.1:2' },
        auth: 'strict',
        auth_backends: [
          {
            name: 'strict',
            deny: { ip: ['203.0.113.0/24'], ua: ['Bad "quoted"'] },
            allow_default: true,
          },
        ],
      }),
    )
    const line = (ip: string, path: string, status: number, agent = 'VLC') =>
      `${ip} - - [22/Nov/2026:10:00:00 +0000] "GET ${path} HTTP/1.1" ${status} 512 "-" "${agent}"`
    const combined = file(
      'access.log',
      [
        line('203.0.113.5', '/news/index.m3u8?token=abcdef', 200),
        line('203.0.113.5', '/news/seg-1.ts?token=abcdef', 200),
        line('198.51.100.1', '/films/index.m3u8', 200),
        line('198.51.100.2', '/films/index.m3u8', 403),
        line('198.51.100.3', '/plain/index.m3u8', 200, 'Bad \\x22quoted\\x22'),
        line('198.51.100.4', '/nowhere/index.m3u8', 200),
        line('198.51.100.4', '/favicon.ico', 404),
        'garbage',
        '',
      ].join('\n'),
    )
    const told = await run(['explain', '--config', draft, '--access-log', combined, '--json'])
    const result = JSON.parse(told.out) as Record<string, { address: string; reason: string }[]>
    expect(told.out).not.toContain('abcdef')
    expect(told.code).toBe(0)
    expect(result['newlyRefused']?.map((it) => `${it.address} ${it.reason}`)).toEqual([
      '203.0.113.5 rule.deny_ip',
      '198.51.100.3 rule.deny_ua',
    ])
    expect(result['newlyAdmitted']?.map((it) => it.address)).toEqual(['198.51.100.2'])
    expect([result['lines'], result['unreadable']]).toEqual([8, 1])
    const json = file(
      'access.jsonl',
      [
        {
          remote_addr: '203.0.113.9',
          request_uri: '/news/index.m3u8?token=t',
          status: 200,
          http_user_agent: 'VLC',
        },
        { remote_addr: '198.51.100.9', request: 'GET /films/index.m3u8 HTTP/1.1', status: '403' },
      ]
        .map((it) => JSON.stringify(it))
        .join('\n'),
    )
    const words = await run(['explain', '--config', draft, '--access-log', json, '--exit-code'])
    expect(words.code).toBe(1)
    expect(words.out).toMatch(
      /1 viewers? would newly be refused[\s\S]*203\.0\.113\.9[\s\S]*1 viewers? would newly be admitted[\s\S]*198\.51\.100\.9/,
    )
  }, 60_000)
})

test('check names each trap with its line and a way out', async () => {
  const yaml = `edge: { listen: '127.0.0.1:1' }
groups:
  - name: flats
    networks: [10.1.2.0/24]
  - name: street
    networks: ['10.1.2.128/25']
  - name: public
    default: true
    networks: [192.168.0.0/16]
auth: main
auth_backends:
  - name: main
    allow:
      token: [master]
      ip: [172.16/12, 10.1.2.3/24, 10/8, 10.4.0.0/16]
      country: [DE]
    deny:
      ip: [10.5.5.5]
      country: [DE]
    backends:
      - { url: 'http://127.0.0.1:1/auth' }
`
  const config = file('traps.yaml', yaml)
  const told = await run(['check', '--config', config, '--no-sources', '--json'])
  const { findings } = JSON.parse(told.out) as {
    findings: { line: number; check: string; message: string; suggestion: string }[]
  }
  for (const { line, suggestion } of findings) {
    expect(line).toBeGreaterThan(0)
    expect(suggestion.length).toBeGreaterThan(5)
  }
  expect(findings.map(({ line, check }) => `${line} ${check}`)).toEqual(
    [
      '6 groups-overlap',
      '9 private-in-public',
      '14 token-beats-deny',
      '15 short-network',
      '15 shadowed',
      '15 shadowed',
      '15 no-ipv6-twin',
      '16 country-skips-auth',
      '18 shadowed',
      '18 no-ipv6-twin',
      '19 shadowed',
      '21 backend-timeout',
    ].map((it) => expect.stringMatching(`^${it}$`)),
  )
})

test('check names what the start would refuse, each with its line', async () => {
  const yaml = `admin: { trusted_proxies: ['0.0.0.0/0'] }
redis:
  url: redis://127.0.0.1:1
  password_file: nowhere.txt
hooks:
  listen: 127.0.0.1:1
  secret_file: nowhere.secret
edge:
  certificate_file: nowhere.pem
  key_file: nowhere.key
`
  const config = file('unread.yaml', yaml)
  const told = await run(['check', '--config', config, '--no-sources', '--json'])
  const { findings } = JSON.parse(told.out) as { findings: { line: number; check: string }[] }
  expect(findings.map(({ line, check }) => `${line} ${check}`)).toEqual([
    '1 everybody-trusted',
    '4 file',
    '7 file',
    '10 file',
    '9 certificate',
  ])
  expect(told.code).toBe(2)
}, 60_000)
