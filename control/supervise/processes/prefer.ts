import { writeFileSync } from 'node:fs'
import { setPriority } from 'node:os'

const attempt = (act: () => void): void => {
  try {
    act()
  } catch {
    // Only root may, and whoever else the system lets.
  }
}

/**
 * Gives a program that was just started in a session of its own, and all that it starts, another nice value: its own and, where the kernel groups
 * processes by sessions (`sched_autogroup_enabled`), that of its group. It keeps its usual one where this is not permitted.
 */
export function prefer(pid: number, nice: number): void {
  attempt(() => setPriority(pid, nice))
  attempt(() => writeFileSync(`/proc/${pid}/autogroup`, String(nice)))
}
