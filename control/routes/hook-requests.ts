import { channelOfPath, stripSecrets } from '#domain/channels/channel'
import { checkedPlay, type ReadPlay } from '../access/servers/checked-play.ts'

/** Arguments or form fields of a request, by name. */
export type Fields = ReadonlyMap<string, string>

/** Updates of nginx-rtmp that may be lost in a row, and the time the last may take. */
const RTMP_LOST = 3
const RTMP_LATE_SEC = 5

const refuse = (why: string): ReadPlay => ({ ok: false, why })

const wordOf = (fields: Fields, name: string): string | null => {
  const value = fields.get(name)
  return value === undefined || value === '' ? null : value
}

const bytesOf = (text: string | null): number => {
  const value = Number(text ?? 0)
  return Number.isSafeInteger(value) && value > 0 ? value : 0
}

/** Reads a backend request of Flussonic (flussonic.com/doc/api/authorization). */
export const readFlussonic = (fields: Fields, server: string): ReadPlay =>
  checkedPlay({
    server,
    playback: wordOf(fields, 'session_id') ?? '',
    channel: wordOf(fields, 'name'),
    proto: wordOf(fields, 'proto'),
    address: wordOf(fields, 'ip'),
    token: wordOf(fields, 'token'),
    userAgent: wordOf(fields, 'user_agent'),
    referer: wordOf(fields, 'referer'),
    host: wordOf(fields, 'host'),
    qs: stripSecrets(wordOf(fields, 'qs') ?? ''),
    quietSec: 0,
    bytes: bytesOf(wordOf(fields, 'bytes')),
  })

/**
 * Reads a notification of nginx-rtmp (`on_play`, `on_update`, `on_done`; ngx_rtmp_notify_module.c); `clientid`
 * is unique within one nginx. `updateSec`: seconds between its updates; a playback whose updates stop counts as ended
 * without `on_play_done`.
 */
export const readRtmp = (fields: Fields, server: string, updateSec: number): ReadPlay => {
  const client = wordOf(fields, 'clientid')
  return checkedPlay({
    server,
    playback: client === null ? '' : `${wordOf(fields, 'app') ?? ''}/${client}`,
    channel: wordOf(fields, 'name'),
    proto: 'rtmp',
    address: wordOf(fields, 'addr'),
    token: wordOf(fields, 'token'),
    userAgent: wordOf(fields, 'flashver'),
    referer: wordOf(fields, 'pageurl'),
    host: null,
    qs: '',
    quietSec: RTMP_LOST * updateSec + RTMP_LATE_SEC,
    bytes: 0,
  })
}

const splitUri = (uri: string): { path: string; query: string } => {
  const at = uri.indexOf('?')
  return at < 0 ? { path: uri, query: '' } : { path: uri.slice(0, at), query: uri.slice(at + 1) }
}

const decoded = (path: string): string | null => {
  try {
    const plain = decodeURIComponent(path)
    // With an encoded slash or a dot segment the origin would see another path.
    return /%2f|%5c/i.test(path) || plain.split('/').includes('..') ? null : plain
  } catch {
    return null
  }
}

/** Reads an `auth_request` subrequest (ngx_http_auth_request_module): original address and path in headers. */
export const readAuthRequest = (headers: Fields, server: string): ReadPlay => {
  const { path, query } = splitUri(wordOf(headers, 'x-original-uri') ?? '')
  const plain = decoded(path)
  if (plain === null) return refuse('the path is malformed')
  const channel = channelOfPath(plain)?.channel ?? null
  const token = new URLSearchParams(query).get('token')
  const userAgent = wordOf(headers, 'user-agent')
  const address = wordOf(headers, 'x-real-ip')
  const own = wordOf(headers, 'x-playback-session-id')
  return checkedPlay({
    server,
    playback: JSON.stringify([address, token, userAgent, own]),
    channel,
    proto: null,
    address,
    token,
    userAgent,
    referer: wordOf(headers, 'referer'),
    host: wordOf(headers, 'x-original-host'),
    qs: stripSecrets(query),
    quietSec: 0,
    bytes: 0,
  })
}
