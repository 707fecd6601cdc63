import { createServer } from 'node:net'
import { environmentName } from '../../config/environment.ts'
import { tlsListenOf } from '../../config/schema/https.ts'
import type { Config } from '../../config/schema/schema.ts'
import { Failure } from '../../runtime/failure.ts'

/** A host and port, as `listen` settings write them. */
export interface Endpoint {
  readonly host: string
  readonly port: number
}

/** Reads `127.0.0.1:8080`, `[::1]:8080` or `*:8080`. */
export function parseEndpoint(text: string): Endpoint {
  const at = text.lastIndexOf(':')
  const host = text.slice(0, at).replace(/^\[(.*)\]$/, '$1')
  return { host: host === '*' || host === '' ? '0.0.0.0' : host, port: Number(text.slice(at + 1)) }
}

/** An address a program on this machine reaches the endpoint by. */
export function localUrl({ host, port }: Endpoint): string {
  const reached = host === '0.0.0.0' ? '127.0.0.1' : host === '::' ? '::1' : host
  return `http://${reached.includes(':') ? `[${reached}]` : reached}:${port}`
}

/** Fails with the setting's name when an address cannot be listened on. */
export async function requireFree(setting: string, text: string): Promise<void> {
  const { host, port } = parseEndpoint(text)
  const code = await tryListen(host, port)
  if (code === null) return
  const change = `set ${setting} (${environmentName(setting)}) to another address`
  if (code === 'EADDRINUSE') {
    throw new Failure(
      `Port ${port} (${setting}: ${text}) is in use; stop the program that uses it, or ${change}.`,
    )
  }
  if (code === 'EACCES') {
    throw new Failure(
      `Port ${port} (${setting}: ${text}) needs more rights than this user has; ${change}, above 1023.`,
    )
  }
  throw new Failure(`This machine cannot listen on ${text} (${code}); ${change}.`)
}

function tryListen(host: string, port: number): Promise<string | null> {
  return new Promise((resolve) => {
    const server = createServer()
    server.on('error', (error) => resolve('code' in error ? String(error.code) : 'error'))
    server.listen({ host, port, exclusive: true }, () => server.close(() => resolve(null)))
  })
}

/**
 * The public address of the edge, else the one viewers on this machine reach it by; `null` where neither is known: an nginx of the operator's own
 * listens where it is told there.
 */
export const localEdgeUrl = (config: Config): string | null => {
  const { public_url: url, listen, plain, nginx } = config.edge
  const tls = plain === 'serve' ? null : tlsListenOf(config)
  if (url !== null) return url
  if (nginx === 'external') return null
  const local = localUrl(parseEndpoint(tls ?? listen))
  return tls === null ? local : local.replace(/^http:/, 'https:').replace(/:443$/, '')
}
