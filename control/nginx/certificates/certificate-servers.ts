import type { CertificateSetting } from '../../config/schema/https.ts'
import type { Subjects } from './judge-pair.ts'

/** Pairs that one server of nginx serves, and the names it is chosen by. */
export interface CertificateServer<P> {
  readonly pairs: readonly P[]
  /** Those that no server before has; the first server is also for all names that nobody has. */
  readonly names: readonly string[]
}

/** What a pair is served for: the names of its setting, else those in the certificate. */
export const subjectsServed = (setting: CertificateSetting, own: Subjects | null): Subjects => {
  const { names = [], addresses = [], keyType = '' } = own ?? {}
  const chosen = setting.names.map((name) => name.toLowerCase())
  return chosen.length > 0
    ? { names: chosen, addresses: [], keyType }
    : { names, addresses, keyType }
}

const keyOf = ({ names, addresses }: Subjects): string =>
  [...new Set([...names, ...addresses])].toSorted().join(' ')

/**
 * Gives each pair its server. Pairs for the same names with keys of different kinds, RSA beside ECDSA, share one: OpenSSL
 * chooses by what the client can read.
 */
export const certificateServers = <P extends Subjects>(
  pairs: readonly P[],
): readonly CertificateServer<P>[] => {
  const servers: { key: string; pairs: P[]; names: string[] }[] = []
  const taken = new Set<string>()
  for (const pair of pairs) {
    const key = keyOf(pair)
    const shared = servers.find(
      (server) => server.key === key && !server.pairs.some((it) => it.keyType === pair.keyType),
    )
    if (shared) {
      shared.pairs.push(pair)
      continue
    }
    servers.push({ key, pairs: [pair], names: pair.names.filter((name) => !taken.has(name)) })
    for (const name of pair.names) taken.add(name)
  }
  return servers
}
