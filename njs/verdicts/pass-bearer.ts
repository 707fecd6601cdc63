import { type Pass, type PassVerdict, readPass, verifyPass } from '../domain/credentials/pass.ts'
import { readTicket, type Ticket } from '../domain/credentials/ticket.ts'
import { nginxCrypto } from '../platform/crypto.ts'
import { networkText, type Request, variable } from '../platform/request.ts'
import { secretOf } from '../state/memory.ts'
import type { Subjects } from '../state/refusals.ts'
import { familyOf, type SessionRequest } from '../state/session.ts'

/** The content of a request's pass or ticket, its signature not checked; `null` where it is malformed. */
export const bearerOf = ({ isInferred, secret }: SessionRequest): Pass | Ticket | null =>
  isInferred ? readTicket(secret) : readPass(secret)

/** Verifies a request's pass for its channel; `now` is Unix seconds. */
export const verifyPassFor = (asked: SessionRequest, now: number): PassVerdict =>
  verifyPass(nginxCrypto, secretOf, { pass: asked.secret, channel: asked.channel }, now)

/** The subjects by which bans apply to a request; `null` where its pass is not valid. */
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
