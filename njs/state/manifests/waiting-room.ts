import { nginxCrypto } from '../../platform/crypto.ts'

/** What the waiting room knows a copy by. */
export const roomKey = (copy: string): string => nginxCrypto.sha256(copy).slice(0, 22)

/** How long the room knows that a copy has come: a part's is never asked for again, others are every few seconds. */
const KEPT_MS = 10_000
const PLAIN_KEPT_MS = 1_000

/**
 * Tells the waiting room that whoever waits for a copy need not any more, nor who comes late for it. Without a room nobody waits in it.
 */
export const freeWaiters = async (
  socket: string,
  { copy, isBlocking }: { readonly copy: string; readonly isBlocking: boolean },
): Promise<void> => {
  if (socket === '') return
  const keptMs = isBlocking ? KEPT_MS : PLAIN_KEPT_MS
  const headers = { 'X-Gh-Key': roomKey(copy), 'X-Gh-Kept': String(keptMs) }
  try {
    await ngx.fetch(`http://unix:${socket}:/free`, { headers })
  } catch {
    // Who is left there looks again by himself.
  }
}
