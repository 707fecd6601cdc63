const REST_MS = 60_000
const MOST_KNOWN = 500

/** The line without nginx's time, process and connection. */
const kindOf = (line: string): string => line.replace(/\d+\/\d+\/\d+ [\d:]+ |\d+#\d+: |\*\d+ /g, '')

/** Rate limit for log lines: similar lines are shown once a minute, with their count. */
export function createRepeatFilter(
  show: (line: string) => void,
  now: () => number = Date.now,
): (line: string) => void {
  const known = new Map<string, { at: number; hidden: number }>()
  return (line) => {
    const kind = kindOf(line)
    const before = known.get(kind)
    if (before !== undefined && now() - before.at < REST_MS) {
      before.hidden += 1
      return
    }
    if (known.size >= MOST_KNOWN) known.clear()
    known.set(kind, { at: now(), hidden: 0 })
    const hidden = before?.hidden ?? 0
    show(hidden === 0 ? line : `${line} (and ${hidden} times more in between)`)
  }
}
