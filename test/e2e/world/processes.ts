import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { run } from '../../../control/runtime/exec.ts'
import { until } from '../../support/programs/port.ts'
import type { TestService } from '../../support/programs/service.ts'

/** Process ids whose command line names both the program and the instance. */
async function pidsOf(service: TestService, program: RegExp): Promise<number[]> {
  const { stdout } = await run(['ps', '-eo', 'pid=,ppid=,args='])
  return stdout
    .split('\n')
    .filter((line) => program.test(line) && line.includes(service.state))
    .filter((line) => !/scripts\/run/.test(line))
    .map((line) => Number(/^\s*(\d+)/.exec(line)?.[1]))
}

/** The control plane's process. */
export const controlPid = async (service: TestService): Promise<number> =>
  (await pidsOf(service, /dist\/server\.js/))[0] ?? 0

/** Redis writes its socket as its title, not its folder: it is found by the one that listens there. */
export async function redisPid(service: TestService): Promise<number> {
  const { stdout } = await run(['ps', '-eo', 'pid=,args='])
  const line = stdout
    .split('\n')
    .find((it) => /redis-server/.test(it) && it.includes(service.state.slice(0, -6)))
  return Number(/^\s*(\d+)/.exec(line ?? '')?.[1] ?? 0)
}

/** nginx: its master. */
export const nginxPid = (service: TestService): number =>
  Number(readFileSync(join(service.state, 'run/nginx.pid'), 'utf8'))

/** nginx: its workers. */
export async function workerPids(service: TestService): Promise<number[]> {
  const { stdout } = await run(['ps', '-o', 'pid=,args=', '--ppid', String(nginxPid(service))])
  const lines = stdout.split('\n').filter((line) => line.includes('worker process'))
  return lines.map((line) => Number.parseInt(line, 10))
}

/** Kills a process as a crash would and waits until it is gone. */
export async function kill9(pid: number): Promise<void> {
  if (!Number.isInteger(pid) || pid < 2) throw new Error('there is no such process')
  process.kill(pid, 'SIGKILL')
  await until(`the end of ${pid}`, () => !isAlive(pid))
}

function isAlive(pid: number): boolean {
  try {
    return !/^State:\s+Z/m.test(readFileSync(`/proc/${pid}/status`, 'utf8'))
  } catch {
    return false
  }
}

/** Resident memory in bytes. */
export const residentOf = (pid: number): number =>
  Number(/^VmRSS:\s+(\d+) kB/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1]) * 1024

/** Ticks of /proc/PID/stat in a second. */
const TICKS = 100

/** Processor time a process has used, in seconds. */
export const processorSeconds = (pid: number): number => {
  const stat = readFileSync(`/proc/${pid}/stat`, 'utf8')
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ')
  return (Number(fields[11]) + Number(fields[12])) / TICKS
}
