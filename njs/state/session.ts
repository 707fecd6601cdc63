import { networkNumber } from '../domain/networks/network.ts'
import { deviceId } from '../domain/viewer/device.ts'
import { cloneKey, inferredKey, KEY_LENGTH, leaseKeyOfPlace } from '../domain/viewer/lease.ts'
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

/** A request of a session: its pass or ticket, lease key and network. */
export interface SessionRequest extends Asked {
  readonly isInferred: boolean
  readonly key: string
  /** The viewer's network key as 32 bits. */
  readonly network: number
}

/** The viewer's network key as 32 bits (`networkNumber`). */
export const networkOf = (r: Request): number => {
  const quad = quadNumber(r)
  if (quad !== null) return quad
  const parsed = viewerAddress(r)
  return parsed === null ? 0 : networkNumber(parsed, networkPrefix(r))
}

/** Parses a request of a session, under a pass or below a ticket; in the inner server, from the headers that came with it. */
export const readSessionRequest = (r: Request, variables: Variables): SessionRequest => {
  const network = networkOf(r)
  // An address may begin as one under a pass does and be normalized to one below a ticket.
  const found = (variables['gh_pass'] ?? '') === '' ? null : askedUnderPass(variables)
  if (found !== null) {
    const { place, channel, rest, args } = found
    const secret = place.slice(0, -channel.length - 1)
    const key = leaseKeyOfPlace(nginxCrypto, place)
    return { secret, channel, rest, args, isInferred: false, key, network }
  }
  const asked = askedUnderTicket(variables)
  const key = inferredKey(nginxCrypto, asked.secret, asked.channel, networkText(r))
  return { ...asked, isInferred: true, key, network }
}

/** Family of the request's player. */
export const familyOf = (r: Request, agent = variable(r, 'http_user_agent')): string =>
  playerFamily(agent, (name) => variable(r, `http_${name.replaceAll('-', '_')}`))

/**
 * Names a script in a page that plays a channel: its network, the channel and its agent; `null` for programs. The browser's own player asks for everything as a
 * range, and is none.
 */
export const scriptKey = (
  r: Request,
  channel: string,
  agent = variable(r, 'http_user_agent'),
): string | null => {
  if (!agent.startsWith('Mozilla/') || variable(r, 'http_range') !== '') return null
  return nginxCrypto.sha256(`${networkText(r)}/${channel}/${agent}`).slice(0, KEY_LENGTH)
}

/** Id of the request's device within its account: 6 characters. `family`: its player's, where it is known already. */
export const deviceOf = (r: Request, family = familyOf(r)): string =>
  deviceId(nginxCrypto, {
    account: '',
    network: networkText(r),
    family,
    playback: variable(r, 'http_x_playback_session_id') || null,
  }).slice(0, 6)

/** Lease key of a second stream of the pass from this request's network. */
export const cloneKeyOf = (r: Request, asked: SessionRequest): string =>
  cloneKey(nginxCrypto, asked.secret, asked.channel, networkText(r))
