import { type Dialect, MESSAGE_HEADER, MESSAGE_MS } from '../mediabrowser/dialect.ts'
import { isYes } from '../model/read-fields.ts'

/**
 * Jellyfin 10.8 to 12. Only `Authorization: MediaBrowser` and `?ApiKey=` work on all of them: version 12 refuses
 * `X-Emby-Token`, `X-MediaBrowser-Token`, `X-Emby-Authorization` and `?api_key=`.
 */
export const JELLYFIN_DIALECT: Dialect = {
  kind: 'jellyfin',
  title: 'Jellyfin',
  signInAdvice:
    'Make an API key under Dashboard > API Keys in Jellyfin and put it into the token file.',
  headers: (token, clientId) => ({
    authorization: `MediaBrowser Client="Gatehouse", Device="Gatehouse", DeviceId="${clientId}", Version="1", Token="${encodeURIComponent(token)}"`,
  }),
  prefix: '',
  socket: (token, clientId) =>
    `/socket?${new URLSearchParams({ ApiKey: token, deviceId: clientId }).toString()}`,
  subscribeAgainMs: null,
  // True only while the client has a WebSocket open: a stop reaches no other.
  canEnd: (session) => isYes(session['SupportsMediaControl']),
  stop: (id) => ({ path: `/Sessions/${encodeURIComponent(id)}/Playing/Stop` }),
  message: (id, words) => ({
    path: `/Sessions/${encodeURIComponent(id)}/Message`,
    body: { Header: MESSAGE_HEADER, Text: words, TimeoutMs: MESSAGE_MS },
  }),
  // Tested by the server at sign-in only.
  limit: { field: 'MaxActiveSessions', counts: 'sign-ins' },
  ownAddress: () => null,
  heardOf: (session) => session['LastPlaybackCheckIn'],
}
