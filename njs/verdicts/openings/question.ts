import type { OpeningRequest } from '../../domain/doors/match.ts'
import { KEY_LENGTH } from '../../domain/viewer/lease.ts'
import { nginxCrypto } from '../../platform/crypto.ts'
import { askedHost } from '../../platform/own-address.ts'
import { addressAndNetwork, type Request, type Variables } from '../../platform/request.ts'
import { knownCountry } from '../../state/policy.ts'
import { familyOf } from '../../state/session.ts'
import { nameOfSecret, sentToken } from './secret.ts'

/** An opening with the path and query it leads to. */
export type Opening = OpeningRequest & { readonly args: string }

/** Who opens; read once, since each variable costs a microsecond. */
export interface Asker {
  readonly variables: Variables
  readonly address: string
  readonly network: string
  readonly agent: string
  readonly family: string
  readonly playback: string
}

/** The viewer and player of a request. */
export const askerOf = (r: Request, variables: Variables): Asker => {
  const agent = variables['http_user_agent'] ?? ''
  return {
    variables,
    ...addressAndNetwork(r),
    agent,
    family: familyOf(r, agent),
    playback: variables['http_x_playback_session_id'] ?? '',
  }
}

const encoded = (text: string): string => (text === '' ? text : encodeURIComponent(text))

/** Sets a variable that is empty by itself: each that is set costs a microsecond, and most requests have none of these. */
const setGiven = (variables: Variables, name: string, value: string): void => {
  if (value !== '') variables[name] = value
}

/** Sets the headers of the request to control, one by one: to go through an object costs QuickJS four times as much. */
export const prepare = (r: Request, opening: Opening, asker: Asker): void => {
  const { variables, address, agent, family, playback } = asker
  const { args } = opening
  if (opening.credential === 'ticket') variables['gh_ticket'] = opening.ticket
  variables['gh_ask_address'] = address
  variables['gh_ask_agent'] = encoded(agent)
  variables['gh_ask_family'] = family
  variables['gh_ask_host'] = encoded(askedHost(r))
  variables['gh_ask_rest'] = encoded(opening.rest)
  setGiven(variables, 'gh_args', args)
  setGiven(variables, 'gh_ask_args', encoded(args))
  setGiven(variables, 'gh_ask_referer', encoded(variables['http_referer'] ?? ''))
  setGiven(variables, 'gh_ask_playback', encoded(playback))
  setGiven(variables, 'gh_ask_country', knownCountry(r, address) ?? '')
  if (opening.credential === 'token') variables['gh_ask_token'] = sentToken(r, opening)
  if (opening.credential !== 'xtream') return
  variables['gh_ask_user'] = encoded(opening.user)
  variables['gh_ask_password'] = encoded(opening.password)
}

const keyOf = (text: string): string => nginxCrypto.sha256(text).slice(0, KEY_LENGTH)

/** What an opening is remembered by, each a hash. */
interface OpeningKeys {
  /** Its credential. */
  readonly secret: string
  /** Its cached refusals. */
  readonly refusal: string
  /** The same request, asked once more. */
  readonly opening: string
  /** Its credential, channel and network: sessions below a ticket. */
  readonly below: string
}

/** Sets the credential's fingerprint for logs, and the keys of what is remembered. */
export const identify = (r: Request, opening: Opening, asker: Asker): OpeningKeys => {
  const { variables, address, network, agent, playback } = asker
  const name = nameOfSecret(r, opening)
  // Without the User-Agent: Kodi has one for manifests and another for media.
  const place = `${name}/${opening.channel}/${address}`
  // User-Agent and address are part of the key, since rules depend on them.
  const asked = `${place}/${agent}`
  const folder = keyOf(place)
  const keys = {
    secret: name,
    refusal: keyOf(asked),
    opening: keyOf(`${asked}/${playback}/${opening.rest}?${opening.args}`),
    // Of IPv4 the address is the network.
    below: network === address ? folder : keyOf(`${name}/${opening.channel}/${network}`),
  }
  variables['gh_fingerprint'] = name.slice(0, 6)
  variables['gh_secret_hash'] = name
  variables['gh_refusal_key'] = keys.refusal
  variables['gh_folder_key'] = folder
  variables['gh_opening_key'] = keys.opening
  return keys
}
