const WITH_VALUE = new Set(['--config', '--state'])

/** Moves global options that stand before the command behind it: `--state X sessions` is `sessions --state X`. */
export const globalsLast = (args: readonly string[]): string[] => {
  let at = 0
  for (;;) {
    const arg = args[at] ?? ''
    if (WITH_VALUE.has(arg)) at += 2
    else if (arg === '--json' || /^--(?:config|state)=/.test(arg)) at += 1
    else break
  }
  // Without a command behind them they are a usage error, reported as such.
  if (at === 0 || at >= args.length) return [...args]
  const rest = args.slice(at)
  const end = rest.indexOf('--')
  const split = end < 0 ? rest.length : end
  return [...rest.slice(0, split), ...args.slice(0, at), ...rest.slice(split)]
}
