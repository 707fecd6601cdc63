import { existsSync, renameSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import {
  descendants,
  nginxOf,
  processOf,
  supervisorOf,
} from '../../test/support/programs/processes.ts'
import type { TestService } from '../../test/support/programs/service.ts'

/** One failure. */
export interface Scene {
  readonly name: string
  /** Breaks something and, where nothing else does, repairs it. */
  readonly act: (service: TestService) => Promise<void>
  /** How long everybody is watched after it. */
  readonly watchSec: number
}

const pause = async (ms: number): Promise<void> =>
  await new Promise((resolve) => setTimeout(resolve, ms))

/** Does something while the supervisor starts nothing again. */
const unsupervised = async (service: TestService, act: () => Promise<void>): Promise<void> => {
  const supervisor = supervisorOf(service)
  process.kill(supervisor, 'SIGSTOP')
  try {
    await act()
  } finally {
    process.kill(supervisor, 'SIGCONT')
  }
}

const kill9 = (service: TestService, part: string): void =>
  void process.kill(processOf(service, part), 'SIGKILL')

const killed =
  (part: string): Scene['act'] =>
  async (service) => {
    kill9(service, part)
    await Promise.resolve()
  }

const awayFor15s =
  (part: string): Scene['act'] =>
  async (service) =>
    await unsupervised(service, async () => {
      kill9(service, part)
      await pause(15_000)
    })

const loseRedisData = (service: TestService): void => {
  for (const name of ['redis-aof', 'redis.rdb']) {
    rmSync(join(service.state, name), { recursive: true, force: true })
  }
}

/** What the drill does, in this order, on one running service. */
export const SCENES: readonly Scene[] = [
  { name: 'nothing (for comparison)', watchSec: 8, act: async () => await Promise.resolve() },
  {
    name: 'every nginx worker killed',
    watchSec: 10,
    act: async (service) => {
      for (const { pid } of descendants(nginxOf(service))) process.kill(pid, 'SIGKILL')
      await Promise.resolve()
    },
  },
  {
    name: 'nginx killed, master and workers',
    watchSec: 14,
    act: async (service) => {
      process.kill(nginxOf(service), 'SIGKILL')
      await Promise.resolve()
    },
  },
  {
    name: 'control plane killed, back at once',
    watchSec: 12,
    act: killed('dist/server.js'),
  },
  {
    name: 'control plane away for 15 s',
    watchSec: 12,
    act: awayFor15s('dist/server.js'),
  },
  {
    name: 'control cut off for 15 s (its socket removed)',
    watchSec: 12,
    act: async (service) => {
      const socket = join(service.state, 'run/control.sock')
      renameSync(socket, `${socket}.away`)
      await pause(15_000)
      if (existsSync(`${socket}.away`)) renameSync(`${socket}.away`, socket)
    },
  },
  {
    name: 'Redis killed, its data kept',
    watchSec: 12,
    act: killed('redis'),
  },
  {
    name: 'Redis away for 15 s',
    watchSec: 12,
    act: awayFor15s('redis'),
  },
  {
    name: 'Redis killed, its data lost',
    watchSec: 14,
    act: async (service) =>
      await unsupervised(service, async () => {
        kill9(service, 'redis')
        await pause(200)
        loseRedisData(service)
      }),
  },
  {
    name: 'Redis and control killed at once, the data of Redis lost',
    watchSec: 16,
    act: async (service) =>
      await unsupervised(service, async () => {
        kill9(service, 'redis')
        kill9(service, 'dist/server.js')
        await pause(200)
        loseRedisData(service)
      }),
  },
  {
    name: 'SIGHUP storm, 40 in 8 s',
    watchSec: 8,
    act: async (service) => {
      const supervisor = supervisorOf(service)
      for (let n = 0; n < 40; n += 1) {
        process.kill(supervisor, 'SIGHUP')
        await pause(200)
      }
    },
  },
]
