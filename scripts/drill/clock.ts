import { spawn } from 'node:child_process'
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { runtimeFolder } from '../../control/runtime/root.ts'
import { unpacked } from '../../control/runtime/unpack.ts'
import { processOf, supervisorOf } from '../../test/support/programs/processes.ts'
import type { Scene } from './scenes.ts'

const AWAY_MS = 15_000

const findLibrary = (folder: string): string | null => {
  for (const entry of readdirSync(folder, { recursive: true, withFileTypes: true })) {
    if (entry.name === 'libfaketime.so.1') return join(entry.parentPath, entry.name)
  }
  return null
}

/** libfaketime, unpacked without root; `null` where the machine has no way to get it. */
const faketime = async (): Promise<string | null> => {
  const root = await unpacked(
    runtimeFolder(),
    {
      bundle: 'libfaketime',
      suite: 'machine',
      packages: ['libfaketime'],
      program: 'usr/lib/*/faketime/libfaketime.so.1',
      system: [],
      versionArgs: [],
    },
    () => undefined,
  ).catch(() => null)
  return root === null || !existsSync(root) ? null : findLibrary(root)
}

const pause = async (ms: number): Promise<void> =>
  await new Promise((resolve) => setTimeout(resolve, ms))

/** The control plane under a clock an hour ahead, then back under the true one. */
export const clockScene = async (notes: string[]): Promise<Scene | null> => {
  const library = await faketime()
  if (library === null) {
    notes.push('Not tried here: a moved clock, since libfaketime cannot be fetched.')
    return null
  }
  return {
    name: 'control plane under a clock an hour ahead for 15 s',
    watchSec: 14,
    act: async (service) => {
      const supervisor = supervisorOf(service)
      const control = processOf(service, 'dist/server.js')
      const argv = readFileSync(`/proc/${control}/cmdline`, 'utf8').split('\0').filter(Boolean)
      process.kill(supervisor, 'SIGSTOP')
      process.kill(control, 'SIGKILL')
      await pause(300)
      const [program = process.execPath, ...args] = argv
      const env = {
        ...process.env,
        LD_PRELOAD: library,
        FAKETIME: '+1h',
        FAKETIME_DONT_FAKE_MONOTONIC: '1',
        DONT_FAKE_MONOTONIC: '1',
      }
      for (const name of ['control.sock', 'admin.sock']) {
        const { rmSync } = await import('node:fs')
        rmSync(join(service.state, 'run', name), { force: true })
      }
      const shifted = spawn(program, args, { env, stdio: 'ignore' })
      await pause(AWAY_MS)
      if (shifted.exitCode !== null)
        notes.push(`Under libfaketime control ended: ${shifted.exitCode}`)
      shifted.kill('SIGKILL')
      await pause(200)
      process.kill(supervisor, 'SIGCONT')
    },
  }
}
