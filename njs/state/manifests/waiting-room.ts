import { nginxCrypto } from '../../platform/crypto.ts'

/** What the waiting room knows a copy by. */
export const roomKey = (copy: string): string => nginxCrypto.sha256(copy).slice(0, 22)

/** Tells the waiting room that whoever waits for a copy need not any more. Without a room nobody waits in it. */
export const freeWaiters = async (socket: string, copy: string): Promise<void> => {
  if (socket === '') return
  try {
    await ngx.fetch(`http://unix:${socket}:/free`, { headers: { 'X-Gh-Key': roomKey(copy) } })
  } catch {
    // Who is left there looks again by himself.
  }
}
