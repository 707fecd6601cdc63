import { readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { getPriority, setPriority } from 'node:os'

/** Priority of this process beside others, as the scheduler's nice values have it. */
export interface ProcessPriority {
  /** Behind processes of the usual priority. */
  readonly lower: () => void
  /** False where the kernel does not take it at present. */
  readonly restore: () => boolean
  /** Whether since the last call this process has waited for a processor much longer than it ran. */
  readonly isStarved: () => boolean
}

/** A process of the usual priority gets about four times as much of the processor. */
const LOWER_NICE = 6

const attempt = (act: () => void): boolean => {
  try {
    act()
    return true
  } catch {
    return false
  }
}

const AUTOGROUP = '/proc/self/autogroup'

/** Nice value of the kernel's autogroup of this process; `null` without one, or where it may hold other programs: `run` starts each service in a session of its own. */
const groupNice = (): number | null => {
  try {
    const fields = /\) \S (.*)/s.exec(readFileSync('/proc/self/stat', 'utf8'))?.[1]?.split(' ')
    if (fields?.[2] !== String(process.pid)) return null
    const nice = / nice (-?\d+)/.exec(readFileSync(AUTOGROUP, 'utf8'))?.[1]
    return nice === undefined ? null : Number(nice)
  } catch {
    return null
  }
}

/** Linux keeps a nice value for each thread. Empty where `/proc` cannot be read. */
const threads = (): number[] => {
  try {
    return readdirSync('/proc/self/task').map(Number)
  } catch {
    return []
  }
}

/** Whether a lower priority can be left again: by root, and by those whose limit allows it (`RLIMIT_NICE`). */
const mayRaise = (): boolean =>
  attempt(() => {
    const present = getPriority()
    setPriority(present - 1)
    setPriority(present)
  })

/** Lowers the threads that are above; returns what restores them. */
const lowerThreads = (): (() => void) => {
  const usual = getPriority()
  const before = new Map<number, number>()
  for (const thread of threads())
    attempt(() => {
      const present = getPriority(thread)
      if (present >= LOWER_NICE) return
      setPriority(thread, LOWER_NICE)
      before.set(thread, present)
    })
  return () => {
    // A thread that was started meanwhile has the priority of the one that started it.
    for (const thread of threads())
      attempt(() => {
        if (getPriority(thread) === LOWER_NICE) setPriority(thread, before.get(thread) ?? usual)
      })
  }
}

const lowerGroup = (): (() => void) => {
  const before = groupNice()
  if (before === null || before >= LOWER_NICE) return () => {}
  return attempt(() => writeFileSync(AUTOGROUP, String(LOWER_NICE)))
    ? () => writeFileSync(AUTOGROUP, String(before))
    : () => {}
}

/** Time waited for a processor, as a multiple of the time on one, from which on others leave too little. nginx alone leaves more. */
const STARVED = 2

/** Time that the main thread ran and waited for a processor, in ns; `null` where the kernel does not tell. */
const scheduled = (): readonly [number, number] | null => {
  try {
    const [ran = 0, waited = 0] = readFileSync('/proc/self/schedstat', 'utf8')
      .split(' ')
      .map(Number)
    return [ran, waited]
  } catch {
    return null
  }
}

/**
 * The priority of this process: of its threads, and where the kernel groups processes by sessions (`sched_autogroup_enabled`), of its group. What
 * this system does not allow, or would not let it take back, is left out.
 */
export const processPriority = (): ProcessPriority => {
  let restores: (() => void)[] = []
  let before = scheduled()
  return {
    isStarved: () => {
      const now = scheduled()
      if (now === null || before === null) return false
      const [ran, waited] = [now[0] - before[0], now[1] - before[1]]
      before = now
      return waited > STARVED * ran
    },
    lower: () => {
      restores = [lowerGroup(), ...(mayRaise() ? [lowerThreads()] : [])]
    },
    restore: () => {
      // The kernel takes a group's value ten times a second from all programs together.
      restores = restores.filter((restore) => !attempt(restore))
      return restores.length === 0
    },
  }
}
