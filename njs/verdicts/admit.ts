import { isScript } from '../domain/addresses/sealed-path.ts'
import { readingsOf } from '../domain/addresses/unclear.ts'
import type { ReasonId } from '../domain/reasons.ts'
import { leaseKeyOfPlace } from '../domain/viewer/lease.ts'
import { type AskedUnderPass, askedUnderPass } from '../platform/asked.ts'
import { nginxCrypto } from '../platform/crypto.ts'
import {
  refuse,
  setManifest,
  setManifestText,
  setRoute,
  setSessionKey,
  setStreamSerial,
  wholeRange,
} from '../platform/reply.ts'
import { methodOf, type Request, type Variables, variablesOf } from '../platform/request.ts'
import { claimStream, isFetchRateSuspicious } from '../state/clone-guard.ts'
import { hasSafeHeaders } from '../state/lately/safe-headers.ts'
import { useLeaseOf } from '../state/leases.ts'
import { fillFor } from '../state/manifests/channel-base.ts'
import { copyKey, freshText } from '../state/manifests/copies.ts'
import { networkOf } from '../state/session.ts'
import { findRoute, type Route, type RouteRequest, readChannel } from './origin.ts'

/**
 * What nginx does with a request of a session: `allow` proxies it, `send` answers with the cached manifest (`send-as-range` with status 206), `refuse`
 * refuses it, `ask` checks it at control.
 */
export type Verdict = 'allow' | 'send' | 'send-as-range' | 'refuse' | 'ask'

/** Sets the reason of a refusal and returns the verdict. */
export const refused = (r: Request, reason: ReasonId): 'refuse' => {
  refuse(r, reason)
  return 'refuse'
}

/** Kind of the requested file: `manifest`, `segment` or `stream`; callers read it once, since a variable costs as much as a look-up in shared memory. */
export const kindOf = (variables: Variables): string => variables['gh_kind'] ?? ''

/** The Referer as origins see it: nginx leaves out addresses of this edge, which have a pass or ticket in them. */
const refererOf = (variables: Variables): string => variables['gh_origin_referer'] ?? ''

/** The `Range` header. Of a header, njs looks through all; what nginx knows by a variable of ours costs a third. */
export const rangeOf = (variables: Variables): string => variables['gh_range'] ?? ''

const MANIFEST = /\.(?:m3u8?|mpd)(?:::[^/]*)?\/*$/

/** Whether what is asked for as a segment is a manifest, by the channel's own name for it or as some origin reads the address: it would come as it is, with the provider's addresses. */
const isManifestAskedAsSegment = ({ channel, rest, isInferred }: RouteRequest): boolean => {
  const record = isInferred ? null : readChannel(channel)
  if (record === null || record.protocol === 'mpegts') return false
  // With arguments of its own a script answers segments too: manifests name these under seal.
  if (rest === '' || isScript(record.entry, rest)) return true
  return /\.m(?:3u|pd)/i.test(rest) && readingsOf(`/${rest}`).some((it) => MANIFEST.test(it))
}

/** Finds the origin's address of a request and sets it for nginx; a reason where there is none. */
export const route = (question: RouteRequest, variables: Variables, kind: string): Route => {
  if (kind === 'segment' && isManifestAskedAsSegment(question))
    return { ok: false, reason: 'path.outside' }
  const found = findRoute(question)
  if (!found.ok) return found
  setRoute(variables, found)
  if (kind === 'segment' && hasSafeHeaders(found.origin)) variables['gh_has_safe_headers'] = '1'
  if (kind === 'manifest') {
    const { channel, rest, args } = question
    const copy = copyKey(channel, rest, args, refererOf(variables))
    setManifest(variables, { copy, rest, seal: found.seal ?? '' })
  }
  return found
}

/** Sets the text of a manifest as the answer. */
export const sendText = (variables: Variables, text: string): 'send' | 'send-as-range' => {
  const asked = rangeOf(variables)
  const range = asked === '' ? null : wholeRange(asked, Buffer.byteLength(text))
  setManifestText(variables, text, range)
  return range === null ? 'send' : 'send-as-range'
}

/** Sets the cached manifest as the answer; `null` where there is no fresh one. */
const sendCopy = (
  r: Request,
  variables: Variables,
  asked: AskedUnderPass,
): 'send' | 'send-as-range' | null => {
  const key = copyKey(asked.channel, asked.rest, asked.args, refererOf(variables))
  const text = key === '' ? null : freshText(key, Date.now(), fillFor(r))
  return text === null ? null : sendText(variables, text)
}

/** A request that is admitted to a session. */
interface AdmittedRequest {
  readonly key: string
  /** `manifest`, `segment` or `stream`. */
  readonly kind: string
  readonly path: string
}

/** Counts a request for its session, unless the pass is used by too many players at once: then the reason is returned. */
export const countRequest = (
  r: Request,
  variables: Variables,
  request: AdmittedRequest,
): ReasonId | null => {
  const { key, kind, path } = request
  if (kind === 'segment') {
    const problem = isFetchRateSuspicious(key, path + rangeOf(variables))
    if (problem !== null) return problem
  } else if (kind === 'stream' && (variables['gh_method'] || methodOf(r)) !== 'HEAD') {
    const claim = claimStream(key)
    if (!claim.ok) return claim.reason
    setStreamSerial(variables, claim.serial)
  }
  setSessionKey(variables, key)
  return null
}

/** Admits a request of a session that has a lease. */
export const admit = (
  r: Request,
  variables: Variables,
  question: RouteRequest,
  key: string,
): Verdict => {
  const kind = kindOf(variables)
  const found = route(question, variables, kind)
  if (!found.ok) return refused(r, found.reason)
  const problem = countRequest(r, variables, { key, kind, path: found.path })
  return problem === null ? 'allow' : refused(r, problem)
}

/** The fast path of most requests: a session with a lease, used from its own network. `null` = any other request. */
export const admitKnown = (r: Request, variables: Variables): Verdict | null => {
  const asked = askedUnderPass(variables)
  if (asked === null) return null
  const key = leaseKeyOfPlace(nginxCrypto, asked.place)
  const kind = kindOf(variables)
  if (!useLeaseOf(key, networkOf(r), kind !== 'manifest')) return null
  // Only paths that were found to be the channel's own are cached.
  const sent = kind === 'manifest' ? sendCopy(r, variables, asked) : null
  if (sent !== null) {
    setSessionKey(variables, key)
    return sent
  }
  const { channel, rest, args, isClear } = asked
  return admit(r, variables, { channel, rest, args, isClear, isInferred: false }, key)
}

/** Counts a request that control has admitted. A stream connection that may not run gets serial 0, and is aborted by `guardStream`. */
export const countAdmitted = (r: Request, key: string): void => {
  const variables = variablesOf(r)
  const request = { key, kind: kindOf(variables), path: variables['gh_path'] ?? '' }
  if (countRequest(r, variables, request) !== null) setStreamSerial(variables, '0')
}
