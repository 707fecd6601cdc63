/** Ids of downloads, sessions and keys; the shortest is 16 characters of base64url, and one in 64 begins with a dash. */
const DASHED_ID = /^-(?=.*[A-Z0-9_])(?:[A-Za-z0-9_-]{15}|[A-Za-z0-9_-]{21})$/
const WITHOUT_VALUE = new Set(['--json', '--watch', '--live', '--now'])

/** Puts ids that look like options behind `--`, where none is looked for. */
export const idsLast = (args: readonly string[]): string[] => {
  if (args.includes('--')) return [...args]
  const isId = (arg: string, at: number): boolean => {
    const before = args[at - 1] ?? ''
    const isValue = before.startsWith('--') && !before.includes('=') && !WITHOUT_VALUE.has(before)
    return DASHED_ID.test(arg) && !isValue
  }
  const ids = args.filter(isId)
  if (ids.length === 0) return [...args]
  return [...args.filter((arg, at) => !isId(arg, at)), '--', ...ids]
}
