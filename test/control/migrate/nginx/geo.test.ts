import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { parseConfig } from '../../../../control/config/load.ts'
import { classify } from '../../../../control/groups/classify.ts'
import { buildGroupNetworks } from '../../../../control/groups/group-networks.ts'
import { importNginxGeo } from '../../../../control/migrate/nginx/geo.ts'
import { writeImportYaml } from '../../../../control/migrate/write-yaml.ts'

const read = (source: string, includes: Record<string, string> = {}) =>
  importNginxGeo(source, {
    file: 'nginx.conf',
    readInclude: (pattern) => {
      const text = includes[pattern]
      return text === undefined ? null : [{ file: pattern, text }]
    },
  })

const complaints = (result: ReturnType<typeof read>) =>
  result.report.filter(({ kind }) => kind === 'not_understood').map(({ line }) => line)

/** Loads what was imported as our configuration and asks it for the group of an address. */
const grouping = async (result: ReturnType<typeof read>) => {
  const { config } = parseConfig(writeImportYaml(result.config, result.report), 'gatehouse.yaml')
  const texts = config.groups.map(({ name, networks }) => ({ id: name, networks }))
  const { index, problems } = await buildGroupNetworks(texts, '/nowhere')
  expect(problems).toEqual([])
  const groups = config.groups.map((group) => ({
    id: group.name,
    countries: [],
    accounts: [],
    isDefault: group.default,
  }))
  return (address: string) =>
    classify({ address, country: null, account: null }, { networks: index, groups })?.group ?? null
}

describe('inside and outside playlists', () => {
  const source = `
geo $where {
  default outside;
  # own networks
  192.168.1.0/24 inside;
  192.168.4.0/24 inside;
}
server {
  root /srv/tv;
  location = /playlist.m3u {
    if ($where = outside) { return http://web.example.net/lists/outside.m3u; }
    if ($where = inside) { rewrite ^ /lists/inside.m3u last; }
  }
}`

  it('become groups with a source each', async () => {
    const result = read(source)
    expect(complaints(result)).toEqual([])
    expect(result.config).toEqual({
      sources: [
        { name: 'inside', file: '/srv/tv/lists/inside.m3u' },
        { name: 'outside', url: 'http://web.example.net/lists/outside.m3u' },
      ],
      groups: [
        {
          name: 'inside',
          networks: ['192.168.1.0/24', '192.168.4.0/24'],
          channels: { sources: ['inside'] },
        },
        { name: 'outside', default: true, channels: { sources: ['outside'] } },
      ],
    })
    const groupOf = await grouping(result)
    expect(groupOf('192.168.4.200')).toBe('inside')
    expect(groupOf('192.168.5.1')).toBe('outside')
    expect(groupOf('2001:db8::1')).toBe('outside')
  })
})

const UP = { a: 'http://up/a', b: 'http://up/b' }

describe('what a location may do with the variable', () => {
  const geo = 'geo $g { default a; 10.0.0.0/8 b; }'
  it.each([
    ['return 302 http://h/$g.m3u;', { a: 'http://h/a.m3u', b: 'http://h/b.m3u' }],
    ['return 301 "http://h/${g}x.m3u";', { a: 'http://h/ax.m3u', b: 'http://h/bx.m3u' }],
    ['return 302 $scheme://$host/l/$g.m3u;', { a: '/r/l/a.m3u', b: '/r/l/b.m3u' }],
    ['alias /data/list_$g.m3u;', { a: '/data/list_a.m3u', b: '/data/list_b.m3u' }],
    ['rewrite ^ /l/$g.m3u break;', { a: '/r/l/a.m3u', b: '/r/l/b.m3u' }],
    ['try_files /l/$g.m3u =404;', { a: '/r/l/a.m3u', b: '/r/l/b.m3u' }],
    ['if ($g != a) { return 302 /x; } return 302 /y;', { a: '/r/y', b: '/r/x' }],
    ['if ($g ~ ^[b-z]$) { return 302 /x; } return 302 /y;', { a: '/r/y', b: '/r/x' }],
    ['if ($g) { return 302 /x; }', { a: '/r/x', b: '/r/x' }],
    ['proxy_pass http://up/$g.m3u;', { a: 'http://up/a.m3u', b: 'http://up/b.m3u' }],
    ['root /other; rewrite ^ /$g break;', { a: '/other/a', b: '/other/b' }],
    ['try_files /x =404; if ($g = b) { return 302 /y; }', { a: '/r/x', b: '/r/y' }],
    ['if ($g = b) { rewrite ^ /x; } return 302 /y;', { a: '/r/y', b: '/r/y' }],
    ['if ($g = b) { rewrite ^ /x last; } return 302 /y;', { a: '/r/y', b: '/r/x' }],
    ['if ($g = b) { rewrite ^ /x; break; } return 302 /y;', { a: '/r/y', b: '/r/x' }],
    ['rewrite ^ /x; if ($g = b) { rewrite ^ /y; } alias /z;', { a: '/r/x', b: '/r/y' }],
    ['proxy_pass http://up/a; if ($g = b) { proxy_pass http://up/b; }', UP],
  ])('case=%s', (body, expected) => {
    const result = read(`${geo} server { root /r/; location /p { ${body} } }`)
    const sources = result.config.sources ?? []
    expect(Object.fromEntries(sources.map(({ name, url, file }) => [name, url ?? file]))).toEqual(
      expected,
    )
    expect(complaints(result)).toEqual([])
  })

  it('is reported where no source can stand for it', () => {
    const bodies = ['return 403;', 'if ($arg_x = 1) { return 302 /x; }', 'js_content main.list;']
    for (const body of bodies) {
      const result = read(`${geo}\nserver { location /p {\nset $z $g;\n${body} } }`)
      expect(complaints(result).length).toBeGreaterThan(0)
      expect(result.config.sources).toBeUndefined()
    }
  })
})

describe('what stands in a geo block', () => {
  it('takes proxy, delete, include and addresses of both families', () => {
    const result = read(
      'geo $remote_addr $g {\n proxy 10.0.0.0/8;\n proxy_recursive;\n include nets;\n' +
        ' delete 192.0.2.0/24;\n 2001:db8::/32 six;\n 198.51.100.7 one;\n}',
      { nets: '192.0.2.0/24 one;\n203.0.113.0/24 one;' },
    )
    expect(complaints(result)).toEqual([])
    expect(result.config).toEqual({
      edge: { trusted_proxies: ['10.0.0.0/8'] },
      groups: [
        { name: 'one', networks: ['203.0.113.0/24', '198.51.100.7/32'] },
        { name: 'six', networks: ['2001:db8::/32'] },
      ],
    })
  })

  it('reads `default` as the network of all addresses, of which the last line holds', () => {
    const first = read('geo $g { 0.0.0.0/0 all; ::/0 six; default rest; }')
    expect(first.config).toEqual({ groups: [{ name: 'rest', default: true }] })
    const second = read('geo $g { default rest; 0.0.0.0/0 all; }')
    expect(second.config.groups).toMatchObject([{ networks: ['0.0.0.0/0'] }, { default: true }])
  })

  it.each([
    ['a short network, which nginx refuses', 'geo $g {\n172.16/24 a;\n}', [2]],
    ['an address that is none', 'geo $g {\n10.0.0.256 a;\n}', [2]],
    ['a line without a value', 'geo $g {\n10.0.0.1;\n}', [2]],
    ['ranges after networks', 'geo $g {\n10.0.0.1 a;\nranges;\n}', [3]],
    ['a network among ranges', 'geo $g {\nranges;\n10.0.0.0/8 a;\n}', [3]],
    ['no variable', 'geo {\ndefault a;\n}', [1, 1]],
    ['an include that is not there', 'geo $g {\ninclude gone;\n}', [2]],
    ['two geo blocks', 'geo $a { default x; }\ngeo $b { default y; }', [2]],
    ['the address of a header', 'geo $http_x_ip $g {\ndefault a;\n}', [1]],
    ['no geo block', 'server { listen 80; }', [1]],
    ['an open block', 'geo $g {\ndefault a;', [1]],
  ])('case=reported: %s', (_what, source, lines) => {
    expect(complaints(read(source))).toEqual(lines)
  })
})

const octet = fc.integer({ min: 0, max: 3 })
const address = fc.tuple(octet, octet, octet).map(([a, b, c]) => `10.${a}.${b}.${c}`)
const value = fc.constantFrom('a', 'b', 'c')
const number = (text: string) => text.split('.').reduce((sum, part) => sum * 256 + Number(part), 0)

describe('import, then classify', () => {
  const cidr = fc.tuple(address, fc.integer({ min: 8, max: 32 })).map(([base, bits]) => {
    const size = 2 ** (32 - bits)
    return { first: Math.floor(number(base) / size) * size, size, bits }
  })
  const dotted = (at: number) => [24, 16, 8, 0].map((shift) => (at / 2 ** shift) & 255).join('.')

  it('equals longest prefix, the later line among equals, deleted ones gone', async () => {
    const step = fc.record({ net: cidr, value, isDelete: fc.nat({ max: 5 }).map((n) => n === 0) })
    const made = fc.tuple(
      fc.array(step, { maxLength: 20 }),
      fc.array(address, { minLength: 25, maxLength: 25 }),
    )
    let asked = 0
    await fc.assert(
      fc.asyncProperty(made, async ([steps, addresses]) => {
        const lines = steps.map(({ net, value: v, isDelete }) => {
          const text = `${dotted(net.first)}/${net.bits}`
          return isDelete ? `delete ${text};` : `${text} ${v};`
        })
        const groupOf = await grouping(read(`geo $g {\ndefault d;\n${lines.join('\n')}\n}`))
        for (const text of addresses) {
          const at = number(text)
          let best: { bits: number; value: string } | null = null
          for (const [index, { net, value: v, isDelete }] of steps.entries()) {
            const isOver = steps
              .slice(index + 1)
              .some((later) => later.net.first === net.first && later.net.bits === net.bits)
            if (isDelete || isOver || at < net.first || at >= net.first + net.size) continue
            if (best === null || net.bits > best.bits) best = { bits: net.bits, value: v }
          }
          asked += 1
          expect(groupOf(text)).toBe(best?.value ?? 'd')
        }
      }),
      { numRuns: 400 },
    )
    expect(asked).toBeGreaterThanOrEqual(10_000)
  })

  it('takes the ranges of a whole geo database in moments', () => {
    const lines = Array.from(
      { length: 40_000 },
      (_, i) => `10.${i >> 8}.${i & 255}.0-10.${i >> 8}.${i & 255}.99 v${i % 3};`,
    )
    const { config } = read(`geo $g {\nranges;\n${lines.join('\n')}\n}`)
    expect(config.groups?.map(({ networks }) => networks?.length)).toEqual([13_334, 13_333, 13_333])
  })

  it('equals the last range laid over an address', async () => {
    const range = fc.tuple(address, address, value).map(([x, y, v]) => {
      const [first, last] = [Math.min(number(x), number(y)), Math.max(number(x), number(y))]
      return { first, last, value: v }
    })
    const made = fc.tuple(
      fc.array(range, { maxLength: 8 }),
      fc.array(address, { minLength: 25, maxLength: 25 }),
    )
    await fc.assert(
      fc.asyncProperty(made, async ([ranges, addresses]) => {
        const lines = ranges.map((r) => `${dotted(r.first)}-${dotted(r.last)} ${r.value};`)
        const groupOf = await grouping(
          read(`geo $g {\nranges;\ndefault d;\n${lines.join('\n')}\n}`),
        )
        for (const text of addresses) {
          const at = number(text)
          const hit = ranges.findLast((r) => r.first <= at && at <= r.last)
          expect(groupOf(text)).toBe(hit?.value ?? 'd')
        }
      }),
      { numRuns: 150 },
    )
  })
})

it('an include whose pattern no file has is said, and loses nothing', () => {
  const source = 'include conf.d/*.conf;\ngeo $home { default 0; 192.0.2.0/24 1; }'
  const { report } = importNginxGeo(source, { file: 'nginx.conf', readInclude: () => [] })
  expect(report.filter(({ kind }) => kind === 'not_understood')).toEqual([])
  expect(report).toContainEqual({
    file: 'nginx.conf',
    line: 1,
    kind: 'ignored',
    message: 'include conf.d/*.conf names no file here',
  })
})
