import { chmodSync, chownSync, closeSync, existsSync, openSync } from 'node:fs'
import type { StatePaths } from '../../config/paths.ts'
import { run } from '../../runtime/exec.ts'
import { Failure } from '../../runtime/failure.ts'
import { NOBODY } from '../../runtime/resolve.ts'

/** Creates the traffic log writable for nginx's workers, which truncate it: created by nginx's master, it would be root's. */
function shareTrafficLog({ trafficLog }: StatePaths, group: number): void {
  closeSync(openSync(trafficLog, 'a'))
  chownSync(trafficLog, -1, group)
  chmodSync(trafficLog, 0o660)
}

/**
 * The `user` of nginx's workers; `null` where nginx is not started as root. They stay root where only root may enter the state folder.
 */
export async function workerUser(paths: StatePaths): Promise<string | null> {
  if (process.getuid?.() !== 0) return null
  const drop = ['setpriv', `--reuid=${NOBODY}`, `--regid=${NOBODY}`, '--clear-groups']
  const canEnter = (await run([...drop, 'test', '-x', paths.state])).code === 0
  // Other users could reach neither sockets nor caches in such a folder.
  if (!canEnter) return 'root root'
  // Sockets created in the folder get its group, so that only the workers can connect.
  chownSync(paths.run, 0, NOBODY)
  chmodSync(paths.run, 0o2750)
  shareTrafficLog(paths, NOBODY)
  return 'nobody nogroup'
}

/**
 * Lets the workers of an operator's own nginx connect to the sockets, which get the group of their
 * folder. Throws a `Failure` for an unknown group, and where changing the group is not permitted.
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

/** Command prefix that ends a program when the supervisor dies (PR_SET_PDEATHSIG, prctl(2)). */
export async function parentDeathPrefix(): Promise<readonly string[]> {
  const prefix = ['setpriv', '--pdeathsig', 'SIGTERM']
  if (!existsSync('/usr/bin/setpriv')) return []
  return (await run([...prefix, 'true'])).code === 0 ? prefix : []
}
