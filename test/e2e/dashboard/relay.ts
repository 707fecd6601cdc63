import { connect, createServer, type Socket } from 'node:net'
import { freePort } from '../../support/programs/port.ts'

/** A connection on the way to a server, which can be cut. */
export interface Relay {
  /** `http://host:port` of this end. */
  readonly url: string
  /** Leads to a server from now on. */
  readonly lead: (url: string) => void
  /** Ends what is open and takes nothing more, until `lead` is called again. */
  readonly cut: () => void
  readonly stop: () => Promise<void>
}

/** Starts a relay that leads nowhere yet. */
export const startRelay = async (): Promise<Relay> => {
  const port = await freePort()
  const open = new Set<Socket>()
  let target: URL | null = null
  const join = (socket: Socket): void => {
    open.add(socket)
    socket.on('close', () => open.delete(socket))
    socket.on('error', () => socket.destroy())
  }
  const server = createServer((near) => {
    join(near)
    if (target === null) {
      near.destroy()
      return
    }
    const far = connect(Number(target.port), target.hostname)
    join(far)
    near.pipe(far).pipe(near)
    near.on('close', () => far.destroy())
    far.on('close', () => near.destroy())
  })
  await new Promise<void>((resolve) => server.listen(port, '127.0.0.1', resolve))
  const cut = (): void => {
    target = null
    for (const socket of open) socket.destroy()
  }
  return {
    url: `http://127.0.0.1:${port}`,
    lead: (url) => {
      target = new URL(url)
    },
    cut,
    stop: async () => {
      cut()
      await new Promise((resolve) => server.close(resolve))
    },
  }
}
