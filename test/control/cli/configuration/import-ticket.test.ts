import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { importCommand } from '../../../../control/cli/configuration/import.ts'
import { ticketCommand } from '../../../../control/cli/manage/ticket.ts'
import { parseConfig } from '../../../../control/config/load.ts'

const folder = mkdtempSync(join(tmpdir(), 'gatehouse-import-'))
afterAll(() => {
  rmSync(folder, { recursive: true })
})
beforeEach(() => {
  process.exitCode = undefined
})
afterEach(() => {
  vi.restoreAllMocks()
  process.exitCode = undefined
})

const file = (name: string, text: string): string => {
  const path = join(folder, name)
  writeFileSync(path, text)
  return path
}

/** Runs a command as `gatehouse` would and keeps what it wrote. */
const run = async (command: ReturnType<typeof importCommand>, ...words: string[]) => {
  const written = { out: '', err: '' }
  vi.spyOn(process.stdout, 'write').mockImplementation((text) => {
    written.out += String(text)
    return true
  })
  vi.spyOn(process.stderr, 'write').mockImplementation((text) => {
    written.err += String(text)
    return true
  })
  await command.parseAsync(['node', 'gatehouse', ...words])
  vi.restoreAllMocks()
  return { ...written, code: process.exitCode ?? 0 }
}

describe('gatehouse import', () => {
  it('prints YAML that loads, and the report apart from it', async () => {
    file('more.conf', 'auth_backend two { deny token x; }')
    const main = file(
      'flussonic.conf',
      'auth_backend one { allow ip 10/8; }\ninclude m*.conf;\nstream a { auth auth://two; }',
    )
    const { out, err, code } = await run(importCommand(), 'flussonic', main)
    const { config } = parseConfig(out, 'gatehouse.yaml')
    expect(config.auth_backends.map(({ name }) => name)).toEqual(['one', 'two'])
    expect(config.channels).toMatchObject([{ match: '^a$', auth: 'two' }])
    expect(err).toContain(`${main}:1: allow ip 10.0.0.0/8`)
    expect(code).toBe(0)
  })

  it('ends with 1 where something was not understood, and says it in the YAML too', async () => {
    const main = file('bad.conf', 'auth_backend one { permit ip 10/8; }')
    const { out, code } = await run(importCommand(), 'flussonic', main)
    expect(out).toContain(`# Not understood (1)\n#   ${main}:1: \`permit\` within auth_backend`)
    expect(code).toBe(1)
  })

  it('prints JSON', async () => {
    const main = file('geo.conf', 'geo $g { default a; 10.0.0.0/8 b; }')
    const { out } = await run(importCommand(), 'nginx-geo', main, '--json')
    expect(JSON.parse(out)).toMatchObject({
      config: { groups: [{ name: 'b' }, { name: 'a', default: true }] },
      report: [{ kind: 'kept', line: 1 }, { kind: 'kept' }],
    })
  })

  it('says in words that a file is not there', async () => {
    await expect(run(importCommand(), 'flussonic', join(folder, 'gone'))).rejects.toThrow(
      'gone: there is no such file',
    )
  })
})

describe('gatehouse ticket mint', () => {
  const key = () => file('key', 'SECRET\n')
  const mint = (...words: string[]) => run(ticketCommand(), 'mint', ...words)

  it.each([
    ['flussonic', /^\/live\/news\/index\.m3u8\?token=[0-9a-f]{40}-[0-9a-f]{32}-\d{10}-\d{10}\n$/],
    ['nginx', /^\/live\/news\/index\.m3u8\?md5=[\w-]{22}&expires=\d{10}\n$/],
  ])('case=%s', async (format, expected) => {
    const { out } = await mint('--format', format, '--channel', 'news', '--key-file', key())
    expect(out).toMatch(expected)
  })

  it('takes a key of the configuration', async () => {
    const yaml = `secure_links:\n  - { name: shop, format: nginx, key: SECRET, match: .* }\n`
    const words = ['--config', file('g.yaml', yaml), '--link', 'shop', '--channel', 'news']
    await expect(mint(...words)).rejects.toThrow('links of shop hold for one address: name it')
    const { out } = await mint(...words, '--ip', '192.0.2.1', '--json')
    expect(JSON.parse(out)).toMatchObject({ url: expect.stringContaining('?md5=') })
  })

  it.each([
    ['no key', ['--channel', 'news'], '--link NAME or --key-file FILE'],
    ['no channel', ['--key-file', 'K'], '--channel ID'],
    ['a channel that is none', ['--key-file', 'K', '--channel', '../x'], '--channel ID'],
    ['a key that is not there', ['--key-file', '/nowhere', '--channel', 'a'], 'cannot be read'],
    ['a time that is none', ['--key-file', 'K', '--channel', 'a', '--ttl', 'soon'], '--ttl soon'],
    ['nobody', ['--format', 'gatehouse'], '--account ID or --group NAME'],
  ])('case=%s is told in words', async (_what, words, expected) => {
    const args = words.map((word) => (word === 'K' ? key() : word))
    const format = words.includes('--format') ? [] : ['--format', 'flussonic']
    await expect(mint(...format, ...args)).rejects.toThrow(expected)
  })
})
