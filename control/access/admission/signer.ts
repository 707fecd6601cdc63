import { hash } from 'node:crypto'
import { mintPass, verifyPass } from '#domain/credentials/pass'
import { createTicketReader, mintTicket } from '#domain/credentials/ticket'
import { cloneKey, leaseKey } from '#domain/viewer/lease'
import type { KeyRing } from '../../keys/key-ring.ts'
import { nodeCrypto } from '../../keys/node-crypto.ts'
import type { PassClaims, Signer, TicketClaims } from '../ports.ts'

/** Seconds a pass is valid: longer than a day of watching, since leases and bans end sessions. */
const PASS_SEC = 2 * 86_400
/** Expiries are rounded to hours, so that a repeated opening gets the same pass. */
const PASS_STEP_SEC = 3600

export interface TicketMint extends Signer {
  mintTicket(claims: TicketClaims, ttlSec: number): string
}

const TICKETS_KEPT = 20_000

/** Signs and reads tickets and passes under the ring's keys. */
export const createSigner = (ring: KeyRing): TicketMint => {
  const secretOf = (kid: number): Uint8Array | null => ring.secret(kid) ?? null
  let server: { readonly key: Uint8Array; readonly text: string } | null = null
  const serverSecret = (): string => {
    const key = ring.serverKey()
    if (server?.key !== key) server = { key, text: Buffer.from(key).toString('base64url') }
    return server.text
  }
  const readTicket = createTicketReader(nodeCrypto, secretOf, TICKETS_KEPT)
  return {
    // Half of a hash with the secret before it, as keys are derived in one step by NIST SP 800-56C: an HMAC, an object of its own, costs several times as much.
    sessionId: (requestId) => {
      const digest = hash('sha256', `${serverSecret()}\0session\0${requestId}`, 'hex')
      return Buffer.from(digest.slice(0, 32), 'hex').toString('base64url')
    },
    readTicket: (text, nowMs) => {
      const verdict = readTicket(text, Math.floor(nowMs / 1000))
      if (!verdict.ok) return { ok: false, reason: verdict.reason }
      const { account, group, wonBy, download, issued } = verdict.ticket
      return { ok: true, claims: { account, group, wonBy, download, issuedSec: issued } }
    },
    readPass: (pass, channel, nowMs) => {
      const verdict = verifyPass(nodeCrypto, secretOf, { pass, channel }, Math.floor(nowMs / 1000))
      if (!verdict.ok) return { ok: false, reason: verdict.reason }
      const { account, group, sid, download, protocol, fail } = verdict.pass
      return { ok: true, claims: { account, group, sid, download, protocol, failMode: fail } }
    },
    mintPass: (claims: PassClaims, channel, nowMs) => {
      const { kid, secret } = ring.current()
      const { failMode, ...rest } = claims
      const step = Math.ceil(nowMs / 1000 / PASS_STEP_SEC) * PASS_STEP_SEC
      const pass = { kid, fail: failMode, expires: step + PASS_SEC, ...rest }
      return mintPass(nodeCrypto, secret, pass, channel)
    },
    mintTicket: ({ issuedSec, ...claims }, ttlSec) => {
      const { kid, secret } = ring.current()
      const ticket = { kid, issued: issuedSec, expires: issuedSec + ttlSec, ...claims }
      return mintTicket(nodeCrypto, secret, ticket)
    },
    leaseKey: (pass, channel) => leaseKey(nodeCrypto, pass, channel),
    cloneKey: (pass, channel, network) => cloneKey(nodeCrypto, pass, channel, network),
  }
}
