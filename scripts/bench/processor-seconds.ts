import { readFileSync } from 'node:fs'

/** Ticks of /proc/PID/stat in a second. */
const TICKS = 100

/** Processor time a process has used, in seconds. */
export const processorSeconds = (pid: number): number => {
  const stat = readFileSync(`/proc/${pid}/stat`, 'utf8')
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ')
  return (Number(fields[11]) + Number(fields[12])) / TICKS
}
