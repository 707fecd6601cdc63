import { decodePercent } from '../../domain/credentials/encoding.ts'
import { type OpeningRequest, queryWithoutSuffix } from '../../domain/doors/match.ts'
import { KEY_LENGTH } from '../../domain/viewer/lease.ts'
import { nginxCrypto } from '../../platform/crypto.ts'
import { type Request, variable } from '../../platform/request.ts'

/** The token of an opening, from its path or its query. */
export const tokenOf = (r: Request, { token }: OpeningRequest & { credential: 'token' }): string =>
  token ?? decodePercent(queryWithoutSuffix(variable(r, 'arg_token')))

/** Hash of the credential, which stands for it in shared memory. */
export const nameOfSecret = (r: Request, opening: OpeningRequest): string => {
  const secret =
    opening.credential === 'ticket'
      ? opening.ticket
      : opening.credential === 'token'
        ? tokenOf(r, opening)
        : `${opening.user}\0${opening.password}`
  return nginxCrypto.sha256(`${opening.credential}\0${secret}`).slice(0, KEY_LENGTH)
}

/** The token, decoded as control does; one that is not UTF-8 stays encoded, and control refuses it. */
const askedToken = (text: string): string => {
  try {
    return encodeURIComponent(decodeURIComponent(text))
  } catch {
    return '%'
  }
}

/** The token as control is sent it. */
export const sentToken = (
  r: Request,
  { token }: OpeningRequest & { credential: 'token' },
): string =>
  token === undefined
    ? askedToken(queryWithoutSuffix(variable(r, 'arg_token')))
    : encodeURIComponent(token)
