import { type AddressInfo, createServer, type Server, type Socket } from 'node:net'
import { afterEach } from 'vitest'
import { createGetClient, type GetClient } from '../../../control/http/client.ts'

const open: { server: Server; sockets: Set<Socket>; client: GetClient }[] = []
afterEach(async () => {
  for (const { server, sockets, client } of open.splice(0)) {
    await client.close()
    for (const socket of sockets) socket.destroy()
    await new Promise((resolve) => server.close(resolve))
  }
})

/** A server that answers with bytes; `what` gets the number of the request on its connection. */
export const serve = async (what: (socket: Socket, turn: number, connection: number) => void) => {
  const sockets = new Set<Socket>()
  let connections = 0
  const server = createServer((socket) => {
    const own = ++connections
    let turn = 0
    sockets.add(socket)
    socket.on('close', () => sockets.delete(socket)).on('error', () => undefined)
    socket.on('data', () => what(socket, ++turn, own))
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const client = createGetClient({ maxBodyBytes: 65_536 })
  open.push({ server, sockets, client })
  const url = new URL(`http://127.0.0.1:${(server.address() as AddressInfo).port}/auth`)
  const ask = async (ms = 3000) =>
    await client
      .get({ url, path: '/auth', headers: {}, signal: AbortSignal.timeout(ms) })
      .then(({ status, body, broken, headers }) => ({
        status,
        body: body.toString('latin1'),
        broken,
        headers,
      }))
  return { url, ask, connections: () => connections }
}

/** A head of HTTP/1.1 with its empty line. */
export const head = (status: string, ...headers: string[]) =>
  [`HTTP/1.1 ${status}`, ...headers, '', ''].join('\r\n')
