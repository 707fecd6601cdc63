import { readdirSync, readFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Command } from 'commander'
import { describe, expect, it, vi } from 'vitest'
import { createProgram, runProgram } from '../../../control/cli/program.ts'
import { packageRoot } from '../../../control/config/paths.ts'

const program = createProgram()

const all = (command: Command): Command[] => [command, ...command.commands.flatMap(all)]

const find = (words: readonly string[]): Command | undefined => {
  let command: Command | undefined = program
  for (const word of words) command = command?.commands.find((child) => child.name() === word)
  return command
}

describe('the command line', () => {
  it.each(all(program).map((command) => [command.name(), command] as const))(
    '%s says what it does',
    (_name, command) => {
      expect(command.description()).not.toBe('')
      expect(command.helpInformation()).toContain('Usage:')
    },
  )

  it('says that a time zone is misspelt, whether or not a control plane runs', async () => {
    const asked = createProgram().parseAsync(['history', 'days', '--tz', 'Europe/Pariss'], {
      from: 'user',
    })
    await expect(asked).rejects.toThrow("--tz: there is no time zone 'Europe/Pariss'")
  })

  it('has every command README.md and docs/ name, with its options', () => {
    const docs = readdirSync(join(packageRoot(), 'docs'))
      .filter((name) => name.endsWith('.md'))
      .map((name) => join('docs', name))
    const pages = ['README.md', 'nginx/README.md', ...docs]
    const text = pages.map((name) => readFileSync(join(packageRoot(), name), 'utf8')).join('\n')
    const lines = [...text.matchAll(/(?:^|`)(?:\.\/scripts\/)?gatehouse ([a-z][^#\n|>`]*)/gm)]
    expect(lines.length).toBeGreaterThan(60)
    for (const [line, rest = ''] of lines) {
      const words = rest.trim().split(/\s+/)
      const named = find(words.slice(0, 2)) ?? find(words.slice(0, 1))
      expect(named, line).toBeDefined()
      for (const option of rest.matchAll(/(?<=\s)--([a-z_-]+)/g)) {
        // Where a command only groups others, `list` is meant.
        const listing = named?.commands.find((child) => child.name() === 'list')
        const flags = [named, listing].flatMap((one) => one?.options ?? []).map(({ long }) => long)
        expect(flags, line).toContain(`--${option[1] ?? ''}`)
      }
    }
  })

  it.each([
    [['explain', '--state', '/nowhere', '--ip', '192.0.2.400'], "'192.0.2.400' is no address"],
    [['import', 'flussonic', '/'], '/: is a folder; name a file'],
    [['check', '--config', '/'], 'is a folder; name a file'],
    [
      ['restore', '--state', join(tmpdir(), 'none'), join(packageRoot(), 'package.json')],
      /package.json is no backup.*\(gzip: [^\n]*\)\.$/,
    ],
  ])('says of %j what is wrong with it', async (words, what) => {
    const asked = createProgram().parseAsync(words, { from: 'user' })
    await expect(asked).rejects.toThrow(what)
  })

  it.each([
    [['frobnicate'], '--help lists the commands'],
    [['bans', 'add', '--colour'], '--help behind the command lists what it takes'],
  ])('says of %j, which it does not know, where to look', async (words, what) => {
    const said: string[] = []
    vi.spyOn(process.stderr, 'write').mockImplementation((text) => said.push(String(text)) > 0)
    try {
      await expect(createProgram().parseAsync(words, { from: 'user' })).rejects.toThrow('unknown')
    } finally {
      vi.restoreAllMocks()
    }
    expect(said.join('')).toContain(what)
  })

  it.each([
    [['accounts', 'ad', 'x'], "'accounts' has no command 'ad'; did you mean add?"],
    [['--json', 'bans', 'lifts', 'network', '192.0.2.1'], 'did you mean lift?'],
    [['surge', 'new-year'], "'surge' has no command 'new-year'; --help behind it lists them"],
    [
      ['api-tokens', 'add', 'x', '--scope', 'bans'],
      "sessions:read, bans:write or accounts:*, not 'bans'",
    ],
  ])('says of %j what was probably meant', async (words, what) => {
    await expect(runProgram(words)).rejects.toThrow(what)
  })

  // The report has exit codes of its own.
  it.each(
    all(program)
      .filter((one) => one.name() !== 'report')
      .map((command) => [command] as const),
  )('finds every command under its own name', async (command) => {
    const words: string[] = []
    for (let one: Command | null = command; one?.parent; one = one.parent) words.unshift(one.name())
    const said = vi.spyOn(process.stdout, 'write').mockImplementation(() => true)
    await expect(runProgram([...words, '--help'])).rejects.toThrow(/outputHelp|help|^\(/)
    said.mockRestore()
  })

  it.each([
    ['--max-sessions', 'two'],
    ['--max-networks', '-1'],
    ['--expires', 'tomorrow-ish'],
  ])('refuses %s %s rather than taking the limit away', async (flag, value) => {
    const words = ['accounts', 'add', 'x', `${flag}=${value}`, '--state', '/nowhere']
    await expect(createProgram().parseAsync(words, { from: 'user' })).rejects.toThrow(flag)
  })
})
