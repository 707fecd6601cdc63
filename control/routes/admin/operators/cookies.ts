import type { FastifyReply, FastifyRequest } from 'fastify'
import type { SignInOrigin } from '../../../operators/sign-ins.ts'
import { COOKIE } from '../../../plugins/admin-auth.ts'

/** Path and `Secure` of cookies for the browser of a request. */
export type PlaceOf = (request: Pick<FastifyRequest, 'headers' | 'protocol'>) => {
  readonly path: string
  readonly secure: boolean
}

const LIFE_SEC = 30 * 86_400

/** Where a request comes from, for the list of sign-ins. */
export const originOf = ({
  ip,
  headers,
}: Pick<FastifyRequest, 'ip' | 'headers'>): SignInOrigin => ({
  address: ip,
  agent: headers['user-agent'] ?? '',
})

/** Gives a browser the cookie of its sign-in. */
export const setCookie = (
  reply: FastifyReply,
  place: ReturnType<PlaceOf>,
  secret: string,
): void => {
  reply.setCookie(COOKIE, secret, {
    ...place,
    httpOnly: true,
    sameSite: 'strict',
    maxAge: LIFE_SEC,
  })
}
