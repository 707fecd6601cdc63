import { sealPlace } from '../domain/addresses/seal.ts'
import { bindingOf, STREAMED } from '../domain/addresses/sealed-path.ts'
import type { Protocol } from '../domain/types.ts'
import { askedUnderPass, askedUnderTicket } from '../platform/asked.ts'
import { nginxCrypto } from '../platform/crypto.ts'
import { dropHeader, replaceAnswer, setVariables } from '../platform/reply.ts'
import type { Request, Variables } from '../platform/request.ts'
import { noteStreamEnded } from '../state/clone-guard.ts'
import { currentKid, secretOf } from '../state/memory.ts'
import { noteProtocol } from '../state/reports.ts'
import { findRoute, readChannel } from './origin.ts'

/** Tells control where a channel's own address, with no argument of a viewer's, answers another protocol than the channel is known to have. */
export const tellProtocol = (channel: string, path: string, protocol: Protocol): void => {
  const own = findRoute({ channel, rest: '', args: '', isInferred: false })
  if (own.ok && own.path === path && readChannel(channel)?.protocol !== protocol)
    noteProtocol(channel, protocol)
}

/** The same of a stream's request, wherever redirections have led it. */
export const tellOfStream = (variables: Variables, protocol: Protocol): void => {
  const underPass = askedUnderPass(variables)
  const asked = underPass ?? askedUnderTicket(variables)
  const found = findRoute({ ...asked, isInferred: underPass === null })
  if (found.ok) tellProtocol(asked.channel, found.path, protocol)
}

/** The address of a stream's document as a manifest under the same pass; `null` where it cannot be sealed. */
const manifestOf = (variables: Variables, protocol: Protocol): string | null => {
  const asked = askedUnderPass(variables)
  const record = asked === null ? null : readChannel(asked.channel)
  const kid = currentKid()
  const secret = kid === null ? null : secretOf(kid)
  if (asked === null || record === null || kid === null || secret === null) return null
  const { place, channel, rest, args, isClear } = asked
  const found = findRoute({ channel, rest, args, isClear, isInferred: false })
  if (!found.ok || found.seal !== null) return null
  const { origin, path } = found
  const name = `${STREAMED}.${protocol === 'dash' ? 'mpd' : 'm3u8'}`
  const one = { kind: 'manifest', origin, path, name } as const
  const seal = sealPlace(nginxCrypto, { kid, secret }, bindingOf(channel, record), one)
  return seal === null ? null : `/s/${place}/@/${seal}/${name}`
}

/** Leads the player of a stream to the manifest that its origin answers; `false` where that is not possible. */
export const leadToManifest = (r: Request, variables: Variables, protocol: Protocol): boolean => {
  const location = manifestOf(variables, protocol)
  if (location === null) return false
  replaceAnswer(r, 302)
  dropHeader(r, 'Content-Range')
  r.headersOut['Location'] = location
  // This answer takes over from no stream, and its end is none of the session.
  noteStreamEnded(variables['gh_session_key'] ?? '', variables['gh_serial'] ?? '')
  setVariables(r, { gh_kind: 'manifest' })
  return true
}
