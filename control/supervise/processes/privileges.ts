import { chmodSync, chownSync, closeSync, existsSync, openSync } from 'node:fs'
import type { StatePaths } from '../../config/paths.ts'
import { run } from '../../runtime/exec.ts'
import { Failure } from '../../runtime/failure.ts'
import { NOBODY } from '../../runtime/resolve.ts'

/** Workers cut the traffic log once it was read: made by nginx's master it would be root's alone, and grow for ever. */
function shareTrafficLog({ trafficLog }: StatePaths, group: number): void {
  closeSync(openSync(trafficLog, 'a'))
  chownSync(trafficLog, -1, group)
  chmodSync(trafficLog, 0o660)
}

/**
 * The `user` nginx workers drop to; `null` when nginx is not started as root. They stay root where only root may enter the state folder.
 */
export async function workerUser(paths: StatePaths): Promise<string | null> {
  if (process.getuid?.() !== 0) return null
  const drop = ['setpriv', `--reuid=${NOBODY}`, `--regid=${NOBODY}`, '--clear-groups']
  const canEnter = (await run([...drop, 'test', '-x', paths.state])).code === 0
  // Other workers could reach neither sockets nor caches there; a state folder elsewhere lets them drop.
  if (!canEnter) return 'root root'
  // Sockets made in the folder get its group, so that only the workers reach them.
  chownSync(paths.run, 0, NOBODY)
  chmodSync(paths.run, 0o2750)
  shareTrafficLog(paths, NOBODY)
  return 'nobody nogroup'
}

/**
 * Lets the workers of an operator's own nginx reach our sockets: those made in the folder get its
 * group. Throws a `Failure` for an unknown group, or one the process may not give away.
 */
export async function openToGroup(group: string, paths: StatePaths): Promise<void> {
  const { stdout } = await run(['getent', 'group', group])
  const gid = Number(stdout.split(':')[2])
  if (!Number.isInteger(gid)) {
    throw new Failure(`There is no group '${group}' (edge.socket_group) on this machine.`)
  }
  try {
    chownSync(paths.run, -1, gid)
    chmodSync(paths.run, 0o2770)
    shareTrafficLog(paths, gid)
  } catch {
    throw new Failure(
      `Only root, or a member of '${group}', may open the sockets to it (edge.socket_group).`,
    )
  }
}

/** A prefix that ends a program when the supervisor dies, however it dies. */
export async function parentDeathPrefix(): Promise<readonly string[]> {
  const prefix = ['setpriv', '--pdeathsig', 'SIGTERM']
  if (!existsSync('/usr/bin/setpriv')) return []
  return (await run([...prefix, 'true'])).code === 0 ? prefix : []
}
