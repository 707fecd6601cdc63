import { realpathSync, statSync } from 'node:fs'

/** Identity of a file: path, size and time of change, with the options that shape its plays. Throws where there is none. */
export const identityOfFile = (
  kind: string,
  path: string,
  ...options: readonly string[]
): string => {
  const { size, mtimeMs } = statSync(path)
  return [kind, realpathSync(path), size, mtimeMs, ...options].join('\n')
}
