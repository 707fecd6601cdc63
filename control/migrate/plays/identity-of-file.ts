import { realpathSync, statSync } from 'node:fs'

/** What tells a file from others and from itself after a change, with what else shapes its plays. Throws where there is none. */
export const identityOfFile = (
  kind: string,
  path: string,
  ...options: readonly string[]
): string => {
  const { size, mtimeMs } = statSync(path)
  return [kind, realpathSync(path), size, mtimeMs, ...options].join('\n')
}
