import { networkNumber } from '../domain/networks/network.ts'
import { deviceId } from '../domain/viewer/device.ts'
import { cloneKey, inferredKey, leaseKey } from '../domain/viewer/lease.ts'
import { playerFamily } from '../domain/viewer/player-family.ts'
import { type Asked, askedUnderPass, askedUnderTicket } from '../platform/asked.ts'
import { nginxCrypto } from '../platform/crypto.ts'
import {
  networkPrefix,
  networkText,
  quadNumber,
  type Request,
  type Variables,
  variable,
  viewerAddress,
} from '../platform/request.ts'

/** Who asks, below which session address. */
export interface SessionRequest extends Asked {
  readonly isInferred: boolean
  readonly key: string
  /** 32 bits that stand for the viewer's network key. */
  readonly network: number
}

/** 32 bits that stand for the viewer's network key. */
export const networkOf = (r: Request): number => {
  const quad = quadNumber(r)
  if (quad !== null) return quad
  const parsed = viewerAddress(r)
  return parsed === null ? 0 : networkNumber(parsed, networkPrefix(r))
}

/** Reads what the request's address says (or, in the inner server, the headers that came with it). */
export const readSessionRequest = (r: Request, variables: Variables): SessionRequest => {
  const network = networkOf(r)
  if ((variables['gh_pass'] ?? '') !== '') {
    const asked = askedUnderPass(variables)
    const key = leaseKey(nginxCrypto, asked.secret, asked.channel)
    return { ...asked, isInferred: false, key, network }
  }
  const asked = askedUnderTicket(variables)
  const key = inferredKey(nginxCrypto, asked.secret, asked.channel, networkText(r))
  return { ...asked, isInferred: true, key, network }
}

/** Family of the player that asks. */
export const familyOf = (r: Request): string =>
  playerFamily(variable(r, 'http_user_agent'), (name) =>
    variable(r, `http_${name.replaceAll('-', '_')}`),
  )

/** Short id of a player within its account. */
export const deviceOf = (r: Request): string =>
  deviceId(nginxCrypto, {
    account: '',
    network: networkText(r),
    family: familyOf(r),
    playback: variable(r, 'http_x_playback_session_id') || null,
  }).slice(0, 6)

/** Key of the same pass used from the viewer's own network beside its first one. */
export const cloneKeyOf = (r: Request, asked: SessionRequest): string =>
  cloneKey(nginxCrypto, asked.secret, asked.channel, networkText(r))
