import { type Dialect, MESSAGE_HEADER, MESSAGE_MS } from '../mediabrowser/dialect.ts'
import { isYes } from '../model/read-fields.ts'

/** Emby 4.8 and 4.9: no `SupportsMediaControl`, no `LastPlaybackCheckIn`, messages by query. */
export const EMBY_DIALECT: Dialect = {
  kind: 'emby',
  title: 'Emby',
  signInAdvice:
    'Make an API key under Settings > Advanced > API Keys in Emby and put it into the token file.',
  headers: (token) => ({ 'x-emby-token': token }),
  prefix: '/emby',
  socket: (token, clientId) =>
    `/embywebsocket?${new URLSearchParams({ api_key: token, deviceId: clientId }).toString()}`,
  subscribeAgainMs: 5000,
  canEnd: (session) => isYes(session['SupportsRemoteControl']),
  stop: (id) => ({
    path: `/emby/Sessions/${encodeURIComponent(id)}/Playing/Stop`,
    body: { Command: 'Stop' },
  }),
  message: (id, words) => ({
    path: `/emby/Sessions/${encodeURIComponent(id)}/Message`,
    query: { Header: MESSAGE_HEADER, Text: words, TimeoutMs: MESSAGE_MS },
  }),
  limit: { field: 'SimultaneousStreamLimit', counts: 'streams' },
  // With scheme and port: `http://203.0.113.9:8096`.
  ownAddress: (info) => info['WanAddress'],
  heardOf: (session) => session['LastActivityDate'],
}
