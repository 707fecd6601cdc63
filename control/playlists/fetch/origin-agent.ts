import { isIP } from 'node:net'
import { createSecureContext } from 'node:tls'
import { Agent, buildConnector } from 'undici'
import type { Config } from '../../config/schema/schema.ts'
import { readAllAuthorities } from '../../nginx/certificates/authorities.ts'

/** How origins that the configuration names are reached. */
export type OriginsReached = readonly Pick<
  Config['origins'][number],
  'url' | 'servers' | 'tls_verify'
>[]

/** Code of the error where a certificate is to be checked for an address: nginx matches names only. */
export const NAMED_BY_ADDRESS = 'NAMED_BY_ADDRESS'

class NamedByAddressError extends Error {
  readonly code = NAMED_BY_ADDRESS
}

const CONNECT_MS = 5_000
/** As much as an edge reads. */
const MAX_HEADER_BYTES = 40 * 1024

const bare = (hostname: string): string => hostname.replace(/^\[|\]$/g, '')

/** Connects to origins as edges do: with their `servers` and `tls_verify`, and the authorities that nginx gets. */
export const createOriginAgent = (origins: () => OriginsReached): Agent => {
  const common = { timeout: CONNECT_MS, maxCachedSessions: 0 }
  const lax = buildConnector({ ...common, rejectUnauthorized: false })
  let checking: ReturnType<typeof buildConnector> | null = null
  const strict = (): ReturnType<typeof buildConnector> => {
    checking ??= buildConnector({
      ...common,
      secureContext: createSecureContext({ ca: [...readAllAuthorities()] }),
    })
    return checking
  }
  return new Agent({
    maxHeaderSize: MAX_HEADER_BYTES,
    connect: (options, callback) => {
      const { protocol, hostname, host } = options
      const address = new URL(`${protocol}//${host ?? hostname}`).origin
      const known = origins().find((it) => new URL(it.url).origin === address)
      const isChecked = protocol === 'https:' && (known?.tls_verify ?? true)
      if (isChecked && isIP(bare(hostname)) !== 0) {
        callback(new NamedByAddressError(`${address} is named by its address`), null)
        return
      }
      const connector = isChecked ? strict() : lax
      const servers = (known?.servers ?? []).map((it) => `${protocol}//${it}`)
      const ask = ([server, ...others]: readonly string[]): void => {
        if (server === undefined) {
          connector(options, callback)
          return
        }
        const to = new URL(server)
        connector({ ...options, hostname: bare(to.hostname), port: to.port }, (...found) => {
          if (found[0] === null || others.length === 0) callback(...found)
          else ask(others)
        })
      }
      ask(servers.filter((it) => URL.canParse(it)))
    },
  })
}
