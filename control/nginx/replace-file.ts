import { chmodSync, existsSync, readFileSync, renameSync, writeFileSync } from 'node:fs'

/** Writes beside and renames: nginx may be reading or sending the old one. */
export const replaceFile = (file: string, bytes: Uint8Array): void => {
  if (existsSync(file) && readFileSync(file).equals(bytes)) return
  writeFileSync(`${file}.new`, bytes)
  chmodSync(`${file}.new`, 0o644)
  renameSync(`${file}.new`, file)
}
