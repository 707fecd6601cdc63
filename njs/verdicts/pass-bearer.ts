import { type Pass, type PassVerdict, readPass, verifyPass } from '../domain/credentials/pass.ts'
import { readTicket, type Ticket } from '../domain/credentials/ticket.ts'
import { nginxCrypto } from '../platform/crypto.ts'
import { networkText, type Request, variable } from '../platform/request.ts'
import { secretOf } from '../state/memory.ts'
import type { Subjects } from '../state/refusals.ts'
import { familyOf, type SessionRequest } from '../state/session.ts'

/** Whom the pass or ticket names, genuine or not. */
export const bearerOf = ({ isInferred, secret }: SessionRequest): Pass | Ticket | null =>
  isInferred ? readTicket(secret) : readPass(secret)

/** Whether the pass is genuine and for this channel. */
export const verifyPassFor = (asked: SessionRequest, now: number): PassVerdict =>
  verifyPass(nginxCrypto, secretOf, { pass: asked.secret, channel: asked.channel }, now)

/** What a ban may name about the bearer of a genuine pass. */
export const subjectsOf = (
  r: Request,
  asked: SessionRequest,
  verdict: PassVerdict,
): Subjects | null =>
  verdict.ok
    ? {
        account: verdict.pass.account,
        download: verdict.pass.download,
        network: networkText(r),
        channel: asked.channel,
        family: familyOf(r),
        playback: variable(r, 'http_x_playback_session_id') || null,
      }
    : null
