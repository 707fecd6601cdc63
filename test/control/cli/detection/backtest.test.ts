import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import type { PlayRecord } from '#domain/types'
import { backtestCommand, type OpenedHistory } from '../../../../control/cli/detection/backtest.ts'
import { DAY, daily, everyNth, START } from '../../detect/play-builder.ts'

const now = START + 60 * DAY
const shared: readonly PlayRecord[] = [
  ...daily(everyNth(60, 1), { minutes: 90, with: { accountName: 'An\u001b[31mna' } }),
  ...daily(everyNth(60, 2), { place: 'bordeaux', network: '198.51.100.9', minutes: 90 }),
].sort((a, b) => a.startedAt - b.startedAt)

const rules = [
  { id: 'places', kind: 'simultaneous_places', actions: [{ do: 'observe' }] },
  { id: 'homes', kind: 'second_household' },
]

describe('gatehouse backtest', () => {
  let folder = ''
  let out = ''
  let err = ''
  let closed = 0
  const file = (name: string, text: string): string => {
    const path = join(folder, name)
    writeFileSync(path, text)
    return path
  }
  const history = (parts: Partial<OpenedHistory> = {}): OpenedHistory => ({
    async *playsByAccount() {
      yield await Promise.resolve(shared)
    },
    presentRules: () => Promise.resolve([]),
    close: () => {
      closed += 1
      return Promise.resolve()
    },
    ...parts,
  })
  const run = async (args: string[], parts: Partial<OpenedHistory> = {}): Promise<void> => {
    const openHistory = () => Promise.resolve(history(parts))
    const command = backtestCommand({ openHistory, now: () => now })
    await command.exitOverride().parseAsync(['--state', folder, ...args], { from: 'user' })
  }

  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'backtest-'))
    out = ''
    err = ''
    closed = 0
    vi.spyOn(process.stdout, 'write').mockImplementation((text) => {
      out += String(text)
      return true
    })
    vi.spyOn(process.stderr, 'write').mockImplementation((text) => {
      err += String(text)
      return true
    })
  })

  afterEach(() => {
    vi.restoreAllMocks()
    rmSync(folder, { recursive: true, force: true })
    process.exitCode = 0
  })

  it('says whom the draft would have found, and ends with 1', async () => {
    await run(['--rules', file('rules.yaml', JSON.stringify({ rules })), '--days', '60'])
    expect(process.exitCode).toBe(1)
    expect(out).toContain('90 plays of 1 accounts, 60 days')
    expect(out).toMatch(/places\s+30\s+1\s+0\.50\s+observe 1/)
    expect(out).toContain('An[31mna (own:1)')
    expect(out).not.toContain('\u001b')
    expect(out).toContain('only in the draft 1, only in force 0')
    expect(closed).toBe(1)
  })

  it('prints JSON', async () => {
    await run(['--rules', file('rules.json', JSON.stringify(rules)), '--days', '60', '--json'])
    expect(JSON.parse(out)).toMatchObject({ accounts: 1, found: [{ account: 'own:1' }] })
  })

  it('compares with the rules in force, and believes operators', async () => {
    const feedback = [
      { account: 'own:1', kind: 'account', value: 'own:1', verdict: 'fine' },
    ] as const
    await run(['--rules', file('rules.yaml', JSON.stringify(rules)), '--days', '60'], {
      presentRules: () => Promise.resolve(rules),
      feedback: () => Promise.resolve(feedback),
    })
    expect(process.exitCode).toBe(0)
    expect(out).toContain('the rules in force found 0 times')
  })

  it('warns of what is probably not meant', async () => {
    const odd = [{ id: 'odd', kind: 'geo_restriction', params: { mode: 'allow' } }]
    await run(['--rules', file('rules.yaml', JSON.stringify(odd))])
    expect(err).toContain('Warning: rule odd: it allows no country at all')
  })

  it.each([
    ['no such file', ['--rules', '/nowhere/rules.yaml'], 'there is no such file'],
    ['days that are none', ['--days', 'many'], '--days must be a whole number from 1 to 3650'],
    ['a negative limit', ['--limit', '-1'], '--limit must be a whole number'],
  ])('says what is wrong: %s', async (_name, args, words) => {
    const good = ['--rules', file('rules.yaml', JSON.stringify(rules))]
    await expect(run([...good, ...args])).rejects.toThrow(words)
  })

  it('lists every problem of the rules', async () => {
    const bad = file('rules.yaml', JSON.stringify([{ id: 'a', kind: 'teleport' }, 7]))
    await expect(run(['--rules', bad])).rejects.toThrow(
      /rules\[0\]\.kind[^]*rules\[1\]: must be a rule/,
    )
    const broken = file('broken.yaml', 'rules: [')
    await expect(run(['--rules', broken])).rejects.toThrow(/not YAML/)
  })

  it('closes the history when the backtest fails', async () => {
    const good = file('rules.yaml', JSON.stringify(rules))
    const presentRules = () => Promise.resolve([{ id: 'x', kind: 'gone' }])
    await expect(run(['--rules', good], { presentRules })).rejects.toThrow('rules in force')
    expect(closed).toBe(1)
  })
})
