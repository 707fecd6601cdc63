import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { parseConfig } from '../../../../control/config/load.ts'
import { importFlussonic } from '../../../../control/migrate/flussonic/flussonic.ts'
import { formatReport } from '../../../../control/migrate/report.ts'
import { writeImportYaml } from '../../../../control/migrate/write-yaml.ts'

interface Vector {
  readonly name: string
  readonly source: readonly string[]
  readonly config: object
  readonly notUnderstood: readonly number[]
  readonly changed: readonly number[]
}

const vectors = JSON.parse(
  readFileSync(new URL('../../../vectors/flussonic/blocks.json', import.meta.url), 'utf8'),
) as readonly Vector[]

describe('corpus of blocks, whole and broken', () => {
  it.each(vectors)('case=$name', ({ source, config, notUnderstood, changed }) => {
    const result = importFlussonic(source.join('\n'), { file: 'flussonic.conf' })
    const lines = (kind: string) =>
      result.report.filter((line) => line.kind === kind).map(({ line }) => line)
    expect(result.config).toEqual(config)
    expect(lines('not_understood').toSorted((a, b) => a - b)).toEqual(notUnderstood)
    expect(lines('changed').toSorted((a, b) => a - b)).toEqual(changed)
  })

  it.each(vectors)('case=$name gives YAML that the configuration takes', ({ source }) => {
    const { config, report } = importFlussonic(source.join('\n'), { file: 'flussonic.conf' })
    const loaded = parseConfig(writeImportYaml(config, report), 'gatehouse.yaml').config
    expect(loaded.auth_backends.map(({ name }) => name)).toEqual(
      (config.auth_backends ?? []).map(({ name }) => name),
    )
    for (const [index, backend] of (config.auth_backends ?? []).entries())
      expect(loaded.auth_backends[index]?.deny).toMatchObject(backend.deny)
  })

  it('holds thirty blocks and more', () => {
    expect(vectors.length).toBeGreaterThanOrEqual(30)
  })
})

it('takes a hundred thousand tokens and thousands of addresses in moments', () => {
  const tokens = Array.from({ length: 100_000 }, (_, i) => `allow token token-${i};`)
  const streams = Array.from({ length: 2_000 }, (_, i) => `stream s${i} { auth http://h${i}/; }`)
  const source = `auth_backend m {\n${tokens.join('\n')}\n}\n${streams.join('\n')}`
  const { config } = importFlussonic(source, { file: 'f.conf' })
  expect(config.auth_backends?.[0]?.allow.token?.length).toBe(100_000)
  expect(config.channels?.length).toBe(2_000)
})

describe('includes', () => {
  const files: Record<string, string> = {
    'tokens.conf': 'allow token a;\ndeny referer b;',
    'loop.conf': 'include loop.conf;',
  }
  const readInclude = (pattern: string) => {
    const text = files[pattern]
    return text === undefined ? null : [{ file: pattern, text }]
  }

  it('are read in their place, and complaints name the file', () => {
    const source = 'auth_backend m {\n  include tokens.conf;\n  allow default;\n}'
    const { config, report } = importFlussonic(source, { file: 'main.conf', readInclude })
    expect(config.auth_backends).toMatchObject([{ allow: { token: ['a'] }, allow_default: false }])
    expect(report.find(({ kind }) => kind === 'not_understood')).toMatchObject({
      file: 'tokens.conf',
      line: 2,
    })
  })

  it('that include themselves end', () => {
    const { report } = importFlussonic('include loop.conf;', { file: 'main.conf', readInclude })
    expect(report.some(({ message }) => message.includes('comes back to itself'))).toBe(true)
  })
})

it('a line that names nothing opens its stream, whatever the global line says', () => {
  const source = 'on_play auth://m;\nauth_backend m { deny ip 10/8; }\nstream free { on_play ; }'
  const { config } = importFlussonic(source, { file: 'f.conf' })
  expect(config).toMatchObject({
    auth: 'm',
    auth_backends: [{ name: 'm' }, { name: 'open', allow_default: true }],
    channels: [{ match: '^free$', auth: 'open' }, { match: '.*' }],
  })
})

describe('report', () => {
  it('tells what takes the place of a Lua backend', () => {
    const source = 'stream a {\n auth /etc/auth.lua;\n}'
    const { report } = importFlussonic(source, { file: 'f.conf' })
    const text = formatReport(report)
    for (const word of ['X-UserId', 'X-Max-Sessions', 'X-AuthDuration', 'milliseconds', 'f.conf:2'])
      expect(text).toContain(word)
  })

  it('says what became of every line that names a backend', () => {
    const source = 'auth http://h.example.net/a;\nstream a {\n auth http://h.example.net/a;\n}'
    const { report } = importFlussonic(source, { file: 'f.conf' })
    expect(new Set(report.map(({ line }) => line))).toEqual(new Set([1, 3]))
  })

  it('never shows a token, a key or a password', () => {
    const source = `auth_backend m {
      allow token s3cret-token;
      deny token "";
      backend http://user:s3cret-pass@h.example.net/?k=s3cret-query;
    }
    stream a { auth securetoken://s3cret-key; }`
    const { report } = importFlussonic(source, { file: 'f.conf' })
    expect(report.length).toBeGreaterThan(3)
    expect(formatReport(report)).not.toContain('s3cret')
  })

  it.each([
    ['of a stream', 'stream a { on_play securetoken://KEY; }'],
    ['of a template', 'template t { on_play securetoken://KEY; } stream a { template t; }'],
    ['of everything', 'auth securetoken://KEY;'],
    [
      'of everything, beside another',
      'on_play securetoken://KEY; stream b { auth securetoken://B; }',
    ],
    ['beside a backend for the rest', 'auth http://h/a; stream a { on_play securetoken://KEY; }'],
  ])('lets nobody in by a list alone where a securetoken guards: %s', (_, source) => {
    const { config, report } = importFlussonic(source, { file: 'f.conf' })
    const { config: loaded } = parseConfig(writeImportYaml(config, report), 'g.yaml')
    const rule = loaded.channels.find(({ match, auth }) => auth !== null && RegExp(match).test('a'))
    const backend = loaded.auth_backends.find(({ name }) => name === (rule?.auth ?? loaded.auth))
    expect(backend).toMatchObject({ backends: [], allow: { token: [] }, allow_default: false })
    expect(loaded.secure_links.some(({ match }) => RegExp(match).test('a'))).toBe(true)
  })

  it('cannot be left by a name with a line end', () => {
    const source = 'stream "a\nauth_backends: []" { auth "x\nauth: evil"; }'
    const { config, report } = importFlussonic(source, { file: 'f.conf' })
    const { config: loaded } = parseConfig(writeImportYaml(config, report), 'g.yaml')
    expect(loaded.auth).toBeNull()
  })
})
