import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'

/** A running process. */
export interface Running {
  readonly pid: number
  readonly parent: number
  readonly command: string
}

const read = (pid: number): Running[] => {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8')
    const parent = Number(stat.slice(stat.lastIndexOf(')') + 2).split(' ')[1])
    const command = readFileSync(`/proc/${pid}/cmdline`, 'utf8').replaceAll('\0', ' ')
    return [{ pid, parent, command }]
  } catch {
    return []
  }
}

/** Everything a process has started, and what that has started. */
export function descendants(pid: number): Running[] {
  const all = readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .flatMap((name) => read(Number(name)))
  const below = (parent: number): Running[] =>
    all.filter((it) => it.parent === parent).flatMap((it) => [it, ...below(it.pid)])
  return below(pid)
}

/** The process of a service by a part of its command line; fails where there is none. */
export function processOf(service: { readonly pid: number }, part: string): number {
  const found = descendants(service.pid).find(
    ({ command }) => command.includes(part) && !command.startsWith('setpriv'),
  )
  if (found === undefined) throw new Error(`no process with ${part} below ${service.pid}`)
  return found.pid
}

/** The supervisor that starts a service's parts again when they die. */
export function supervisorOf(service: { readonly pid: number }): number {
  const control = descendants(service.pid).find(({ command }) => command.includes('dist/server.js'))
  return control?.parent ?? service.pid
}

/** nginx's master, by its pid file: started through a loader it cannot say who it is. */
export function nginxOf(service: { readonly state: string }): number {
  return Number(readFileSync(join(service.state, 'run/nginx.pid'), 'utf8'))
}
