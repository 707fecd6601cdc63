import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { rootCertificates } from 'node:tls'
import { replaceFile } from '../replace-file.ts'
import { certificatesIn } from './judge-pair.ts'

/** The file's name beside those that name it. */
const AUTHORITIES_FILE = 'gatehouse-authorities.pem'

/** Where Debian and Alpine, Red Hat and SUSE keep the authorities that the machine trusts. */
const OF_MACHINE = [
  '/etc/ssl/certs/ca-certificates.crt',
  '/etc/pki/tls/certs/ca-bundle.crt',
  '/etc/ssl/ca-bundle.pem',
]

const readAuthorities = (file: string): readonly string[] =>
  existsSync(file) ? certificatesIn(readFileSync(file, 'latin1')) : []

/** The authorities that origins' certificates are checked by: those that come with Node, the machine's own, and those of `NODE_EXTRA_CA_CERTS`. */
export const readAllAuthorities = (): ReadonlySet<string> => {
  const extra = process.env['NODE_EXTRA_CA_CERTS']
  const files = [...OF_MACHINE, ...(extra === undefined ? [] : [extra])]
  return new Set([...rootCertificates, ...files.flatMap(readAuthorities)].map((it) => it.trim()))
}

/** Lays the authorities beside nginx's configuration: a container has none of its own. */
export const copyAuthorities = (confDir: string): void => {
  const text = `${[...readAllAuthorities()].join('\n')}\n`
  replaceFile(join(confDir, AUTHORITIES_FILE), Buffer.from(text))
}
