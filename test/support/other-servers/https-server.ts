import { readFileSync } from 'node:fs'
import type { RequestListener } from 'node:http'
import { createServer } from 'node:https'
import type { AddressInfo } from 'node:net'

/** A server over HTTPS on loopback, with the files of a certificate and its key. */
export const startHttps = async (
  pair: { readonly certificate: string; readonly key: string },
  listener: RequestListener,
): Promise<{ readonly port: number; readonly stop: () => void }> => {
  const files = { cert: readFileSync(pair.certificate), key: readFileSync(pair.key) }
  const server = createServer(files, listener)
  await new Promise<void>((resolve) => void server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo
  const stop = (): void => {
    server.close()
    server.closeAllConnections()
  }
  return { port, stop }
}
