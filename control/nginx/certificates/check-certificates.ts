import { formatAddress, parseAddress } from '#domain/networks/network'
import { type LineOf, showPath } from '../../config/problems/line-map.ts'
import { ConfigError, type ConfigProblem } from '../../config/problems/problems.ts'
import { certificatesOf } from '../../config/schema/https.ts'
import type { Config } from '../../config/schema/schema.ts'
import { certificateServers, subjectsServed } from './certificate-servers.ts'
import { expiryWarning, isProblem, type Subjects } from './judge-pair.ts'
import { fileOf, type ReadPair, readPair } from './read-pair.ts'

/** What is wrong with the edge's certificates, and what is worth a second look. */
export interface CertificateReport {
  readonly problems: readonly ConfigProblem[]
  readonly warnings: readonly ConfigProblem[]
}

/** Whether a certificate's name covers a host; `*` stands for one label (RFC 6125, 6.4.3). */
const covers = (name: string, host: string): boolean =>
  name === host || (name.startsWith('*.') && host.slice(host.indexOf('.')) === name.slice(1))

const warningsOf = ({ setting, judged }: ReadPair, now: number): string[] => {
  if (isProblem(judged)) return []
  const soon = expiryWarning(judged, now)
  const foreign = setting.names.filter(
    (name) => !judged.names.some((own) => covers(own, name.toLowerCase()) || own === name),
  )
  return [
    ...(soon === null ? [] : [soon]),
    ...foreign.map((name) => `does not name ${name}, which it is to be served for`),
  ]
}

/** What each pair is never chosen for, since another is; by its place. */
const unusedOf = (pairs: readonly ReadPair[]): ReadonlyMap<ReadPair, string> => {
  const all = pairs.flatMap((pair) =>
    isProblem(pair.judged) ? [] : [{ ...subjectsServed(pair.setting, pair.judged), pair }],
  )
  const holders = new Map<string, string>()
  const found = new Map<ReadPair, string>()
  for (const [at, { pairs: own, names }] of certificateServers(all).entries()) {
    for (const one of own.slice(0, 1)) {
      const lost = one.names.filter((name) => !names.includes(name))
      const by = [...new Set(lost.map((name) => holders.get(name)))].join(', ')
      if (lost.length > 0) found.set(one.pair, `is not used for ${lost.join(', ')}: ${by} is`)
      else if (at > 0 && names.length === 0)
        found.set(
          one.pair,
          'names no host, and only the first certificate serves who asks for none',
        )
      for (const name of names) holders.set(name, one.pair.setting.certificateFile)
    }
  }
  return found
}

/** Whether one of these covers the host of an address. */
const isCovered = (host: string, all: readonly Subjects[]): boolean => {
  const address = parseAddress(host.replace(/^\[(.*)\]$/, '$1'))
  if (address === null) return all.some(({ names }) => names.some((name) => covers(name, host)))
  // Who asks for an address names no server: the first certificate answers.
  return all[0]?.addresses.includes(formatAddress(address)) === true
}

const publicHost = ({ edge }: Config): string | null => {
  if (edge.public_url === null) return null
  const { protocol, hostname } = new URL(edge.public_url)
  return protocol === 'https:' && edge.trusted_proxies.length === 0 ? hostname : null
}

/** Reads the edge's certificates and their keys; `now` in Unix ms. */
export const checkCertificates = (
  { config, lineOf }: { readonly config: Config; readonly lineOf: LineOf },
  now: number,
): CertificateReport => {
  const pairs = certificatesOf(config).map((setting) => readPair(setting, now))
  const at = (path: readonly (string | number)[], message: string): ConfigProblem => ({
    path: showPath(path),
    line: lineOf(path),
    message,
  })
  const problems = pairs.flatMap(({ setting, judged }) =>
    isProblem(judged)
      ? [
          at(
            [...setting.path, `${judged.file}_file`],
            `${fileOf(setting, judged)}: ${judged.message}`,
          ),
        ]
      : [],
  )
  const unused = unusedOf(pairs)
  const warnings = pairs.flatMap((pair) =>
    [...warningsOf(pair, now), unused.get(pair) ?? []]
      .flat()
      .map((message) =>
        at(
          [...pair.setting.path, 'certificate_file'],
          `${pair.setting.certificateFile}: ${message}`,
        ),
      ),
  )
  const host = publicHost(config)
  if (host !== null && pairs.length > 0 && problems.length === 0) {
    const good = pairs.flatMap(({ judged }) => (isProblem(judged) ? [] : [judged]))
    if (!isCovered(host, good))
      warnings.push(at(['edge', 'public_url'], `no certificate names ${host}: players refuse it`))
  }
  return { problems, warnings }
}

/** Fails with every pair that cannot be served. Throws {@link ConfigError}. */
export const requireCertificates = (loaded: {
  readonly config: Config
  readonly file: string
  readonly lineOf: LineOf
}): void => {
  const { problems } = checkCertificates(loaded, Date.now())
  if (problems.length > 0) throw new ConfigError(loaded.file, problems)
}
