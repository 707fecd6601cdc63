import type { Config } from './schema.ts'

/** A certificate of the edge as it is configured, and where it stands in the configuration. */
export interface CertificateSetting {
  readonly certificateFile: string
  readonly keyFile: string
  /** Server names it is for; those in the certificate where empty. */
  readonly names: readonly string[]
  readonly path: readonly (string | number)[]
}

/** All certificates of the edge: the single pair first, which then is the one for unknown names. */
export const certificatesOf = ({ edge }: Config): readonly CertificateSetting[] => {
  const { certificate_file: certificateFile, key_file: keyFile } = edge
  const single =
    certificateFile === null || keyFile === null
      ? []
      : [{ certificateFile, keyFile, names: [], path: ['edge'] }]
  return [
    ...single,
    ...edge.certificates.map((one, index) => ({
      certificateFile: one.certificate_file,
      keyFile: one.key_file,
      names: one.names,
      path: ['edge', 'certificates', index],
    })),
  ]
}

/**
 * Address the edge takes HTTPS on; `null` without a certificate. Not set, it is the host of `edge.listen` with
 * port 443 beside a plain port 80, else 8443.
 */
export const tlsListenOf = (config: Config): string | null => {
  if (certificatesOf(config).length === 0) return null
  const { listen, tls_listen: chosen } = config.edge
  if (chosen !== null) return chosen
  const at = listen.lastIndexOf(':')
  return `${listen.slice(0, at)}:${listen.slice(at + 1) === '80' ? 443 : 8443}`
}
