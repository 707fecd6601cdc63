import { cpSync, mkdirSync, symlinkSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { beforeAll, describe, expect, test } from 'vitest'
import { packageRoot } from '../../control/config/paths.ts'
import { run } from '../../control/runtime/exec.ts'
import { tempDir, useCleanup } from '../support/cleanup.ts'

const onCleanup = useCleanup('all')
let copy: string

/** The runner with tests of its own: this tree's sources, packages and programs, without its tests. */
beforeAll(async () => {
  const folder = await tempDir()
  onCleanup(folder.remove)
  copy = folder.path
  const root = packageRoot()
  const copied = ['scripts', 'control', 'njs', 'test/vitest.config.ts', 'package.json']
  for (const name of [...copied, 'package-lock.json', 'tsconfig.json'])
    cpSync(join(root, name), join(copy, name), { recursive: true })
  for (const name of ['node_modules', '.runtime']) symlinkSync(join(root, name), join(copy, name))
})

const write = (file: string, text: string) => {
  mkdirSync(dirname(join(copy, file)), { recursive: true })
  writeFileSync(join(copy, file), `import { expect, test } from 'vitest'\n${text}\n`)
}

/** A test that fails when it runs for the first time. */
const failsOnce = (name: string) => `
import { existsSync, writeFileSync } from 'node:fs'
test('${name}', () => {
  const wasHere = existsSync(import.meta.filename + '.seen')
  writeFileSync(import.meta.filename + '.seen', '')
  expect(wasHere).toBe(true)
})`

const runner = async (...args: string[]) => {
  const { code, stdout, stderr } = await run([join(copy, 'scripts/test'), ...args], { cwd: copy })
  return { code, stderr, lines: stdout.trimEnd().split('\n') }
}

describe('./scripts/test FILE...', () => {
  test('runs what is named and nothing else', async () => {
    // What only computes gives way to programs whose answers are waited for.
    const isNice = `import { getPriority } from 'node:os'; test('one', () => expect(getPriority()).toBe(5))`
    write('test/domain/one.test.ts', `${isNice}; test.skip('two', () => {})`)
    write('test/domain/other.test.ts', `test('other', () => expect(1).toBe(2))`)
    const { code, lines } = await runner('test/domain/one.test.ts')
    expect(lines.at(-1)).toBe('1 passed, 0 failed, 1 skipped')
    expect(lines.join('\n')).not.toContain('types')
    expect(code).toBe(0)
    const failing = await runner('test/domain')
    expect(failing.lines.at(-1)).toBe('1 passed, 1 failed, 1 skipped')
    expect(failing.code).toBe(1)
  })

  test('what passes at its second run is named, and fails the run', async () => {
    write('test/control/shaky.test.ts', `${failsOnce('shaky')}\ntest('firm', () => {})`)
    const { code, lines } = await runner('test/control/shaky.test.ts')
    expect(lines.slice(-2)).toEqual([
      '1 flaky: test/control/shaky.test.ts > shaky',
      '1 passed, 1 failed, 0 skipped',
    ])
    expect(code).toBe(1)
  })

  test('a player’s second run counts', async () => {
    write('test/players/shaky.test.ts', failsOnce('plays'))
    const { code, lines } = await runner('test/players/shaky.test.ts')
    expect(lines.join('\n')).toContain('as a player may: test/players/shaky.test.ts > plays')
    expect(lines.at(-1)).toBe('3 passed, 0 failed, 0 skipped')
    expect(code).toBe(0)
  })

  test.each([
    [['test/nowhere.test.ts'], 'There is no file test/nowhere.test.ts.\n'],
    [['package.json'], 'package.json is no test file'],
    [['--fast', 'test/domain'], '--fast goes without files'],
  ])('%j is refused in words', async (args, words) => {
    const { code, stderr, lines } = await runner(...args)
    expect(stderr).toContain(words)
    expect(stderr).not.toMatch(/\n\s+at /)
    expect(lines).toEqual([''])
    expect(code).toBe(2)
  })
})
