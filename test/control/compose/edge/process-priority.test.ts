import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { text } from 'node:stream/consumers'
import { expect, test, vi } from 'vitest'
import { processPriority } from '../../../../control/compose/edge/process-priority.ts'

const refuse = vi.hoisted(() => (): never => {
  throw new Error('EPERM')
})
vi.mock('node:fs', () => ({ readdirSync: refuse, readFileSync: refuse, writeFileSync: refuse }))
// As for root, who may take a priority back, or as where a filter of system calls refuses it.
const os = vi.hoisted(() => ({ getPriority: (): number => 0, setPriority: (): void => {} }))
vi.mock('node:os', () => ({
  getPriority: () => os.getPriority(),
  setPriority: () => os.setPriority(),
}))

const PROGRAM = `
import { readdirSync, readFileSync } from 'node:fs'
import { getPriority, setPriority } from 'node:os'
import { processPriority } from './control/compose/edge/process-priority.ts'
const can = (act) => { try { act(); return true } catch { return false } }
const now = () => ({
  threads: readdirSync('/proc/self/task').map((thread) => getPriority(Number(thread))),
  group: (/nice (-?\\d+)/.exec(can(() => readFileSync('/proc/self/autogroup')) ? readFileSync('/proc/self/autogroup', 'utf8') : '') ?? [])[1] ?? null,
})
const mayRaise = can(() => setPriority(getPriority() - 1)) && can(() => setPriority(getPriority() + 1))
const before = now()
const priority = processPriority()
priority.lower()
const lowered = now()
// The kernel takes one value of a group each tenth of a second from those without rights.
let isRestored = false
for (let tries = 0; tries < 50 && !isRestored; tries++) {
  isRestored = priority.restore()
  await new Promise((resolve) => setTimeout(resolve, 110))
}
console.log(JSON.stringify({ mayRaise, before, lowered, isRestored, after: now() }))
`

interface Seen {
  readonly threads: readonly number[]
  readonly group: string | null
}

/** What a process says that lowers and restores its priority. */
const run = async (isDetached: boolean) => {
  const args = ['--import', 'tsx', '--input-type=module', '-e', PROGRAM]
  const child = spawn(process.execPath, args, {
    detached: isDetached,
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  const [said] = await Promise.all([text(child.stdout), once(child, 'close')])
  return JSON.parse(said) as {
    readonly mayRaise: boolean
    readonly before: Seen
    readonly lowered: Seen
    readonly isRestored: boolean
    readonly after: Seen
  }
}

test('a service in a session of its own has a lower priority for a while: all of its threads and its group', async () => {
  const { mayRaise, before, lowered, isRestored, after } = await run(true)
  expect(isRestored).toBe(true)
  expect(new Set(after.threads)).toEqual(new Set(before.threads))
  expect(after.group).toBe(before.group)
  if (mayRaise) expect(Math.min(...lowered.threads)).toBeGreaterThanOrEqual(6)
  else expect(lowered.threads).toEqual(before.threads)
  if (before.group !== null) expect(lowered.group).toBe('6')
})

test('the group of a process that shares it with other programs is left alone', async () => {
  const { before, lowered, isRestored } = await run(false)
  expect(isRestored).toBe(true)
  expect(lowered.group).toBe(before.group)
})

test('where /proc cannot be read, or priorities neither read nor set, nothing is changed', () => {
  const priority = processPriority()
  expect(() => priority.lower()).not.toThrow()
  expect(priority.restore()).toBe(true)
  expect(priority.isStarved()).toBe(false)
  os.getPriority = refuse
  expect(() => priority.lower()).not.toThrow()
  expect(priority.restore()).toBe(true)
})
