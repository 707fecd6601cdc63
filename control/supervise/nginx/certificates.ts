import { createHash } from 'node:crypto'
import { mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { StatePaths } from '../../config/paths.ts'
import { type CertificateSetting, certificatesOf } from '../../config/schema/https.ts'
import type { Config } from '../../config/schema/schema.ts'
import { certificateServers, subjectsServed } from '../../nginx/certificates/certificate-servers.ts'
import { subjectsIn } from '../../nginx/certificates/judge-pair.ts'
import { complaintAbout, readPair } from '../../nginx/certificates/read-pair.ts'
import type { ServedCertificate } from '../../nginx/settings.ts'
import { Failure } from '../../runtime/failure.ts'

/** Short name of a text: distinguishes texts without keeping keys in memory. */
export const printOf = (text: string): string =>
  createHash('sha256').update(text).digest('hex').slice(0, 32)

const folderOf = (paths: StatePaths): string => join(paths.nginx, 'certificates')

/** Where a pair lies for nginx: a copy that was good, whatever becomes of the operator's files. */
const servedFile = (paths: StatePaths, { certificateFile, keyFile }: CertificateSetting): string =>
  join(folderOf(paths), `${printOf(`${certificateFile}\0${keyFile}`)}.pem`)

/** What nginx serves for a pair: certificate, chain and key; empty where there is nothing yet. */
export function readServed(paths: StatePaths, setting: CertificateSetting): string {
  try {
    return readFileSync(servedFile(paths, setting), 'utf8')
  } catch {
    return ''
  }
}

/** Replaces what nginx serves for a pair; one file, so that certificate and key change at once. */
export function writeServed(paths: StatePaths, setting: CertificateSetting, text: string): void {
  const file = servedFile(paths, setting)
  mkdirSync(folderOf(paths), { recursive: true, mode: 0o700 })
  writeFileSync(`${file}.new`, text, { mode: 0o600 })
  renameSync(`${file}.new`, file)
}

/**
 * Copies the configured certificates for nginx and says what it serves. Throws a `Failure` for a pair that cannot be
 * served and of which, where `isRunning`, no good copy is in use either.
 */
export function storeCertificates(
  config: Config,
  paths: StatePaths,
  isRunning: boolean,
): readonly ServedCertificate[] {
  const pairs = certificatesOf(config).map((setting) => readPair(setting, Date.now()))
  for (const pair of pairs) {
    const complaint = complaintAbout(pair)
    const isKept = isRunning && readServed(paths, pair.setting) !== ''
    if (complaint !== null && !isKept) throw new Failure(complaint)
  }
  const served = pairs.map((pair) => {
    const { setting } = pair
    if (complaintAbout(pair) === null) writeServed(paths, setting, pair.text)
    const subjects = subjectsServed(setting, subjectsIn(readServed(paths, setting)))
    return { ...subjects, file: servedFile(paths, setting) }
  })
  return certificateServers(served).map(({ pairs: own, names }) => ({
    files: own.map(({ file }) => file),
    names,
  }))
}
