/** Request headers from the edge to control. Values marked `encoded` are percent-encoded as `encodeURIComponent` does. */
export const REQUEST_HEADERS = {
  /** Idempotency key of an opening: requests with the same id are one opening. */
  request: 'X-Gh-Request',
  /** Kind of credential: `ticket` in the path, `token` (`?token=`), or `xtream` user and password. */
  door: 'X-Gh-Door',
  ticket: 'X-Gh-Ticket',
  /** encoded */
  token: 'X-Gh-Token',
  /** encoded */
  user: 'X-Gh-User',
  /** encoded */
  password: 'X-Gh-Password',
  channel: 'X-Gh-Channel',
  /** encoded; the path after the channel */
  rest: 'X-Gh-Rest',
  /** encoded; the query without the secret arguments */
  args: 'X-Gh-Args',
  address: 'X-Gh-Address',
  /** encoded */
  agent: 'X-Gh-Agent',
  /** Family of the player (`playerFamily`) */
  family: 'X-Gh-Family',
  /** encoded */
  referer: 'X-Gh-Referer',
  /** encoded */
  host: 'X-Gh-Host',
  /** encoded; `X-Playback-Session-Id` of the player */
  playback: 'X-Gh-Playback',
  /** ISO country from the operator's own geoip2 module, or empty */
  country: 'X-Gh-Country',
  /** `redirect` or `inferred` */
  mode: 'X-Gh-Mode',
  pass: 'X-Gh-Pass',
  /** In `check`: the lease key of (pass, channel); in an inferred opening: the key the edge will use. */
  key: 'X-Gh-Key',
  /** Seconds since the lease was last used at this edge; -1 = it has none. */
  silent: 'X-Gh-Silent',
  /** In openings: long responses that ended a moment ago, before the sync reports them: `<lease key>:<bytes>:<seconds>`, separated by commas. */
  closed: 'X-Gh-Closed',
} as const

/** Answer headers from control to the edge. */
export const ANSWER_HEADERS = {
  key: 'X-Gh-Key',
  /** Seconds until the lease expires unless used. */
  ttl: 'X-Gh-Ttl',
  /** Most streams of the account, enforced by the edge itself while control is unavailable. 0 = no cap. */
  cap: 'X-Gh-Cap',
  /** encoded; in openings that are let in: the account the session counts for */
  account: 'X-Gh-Account',
  /** Lease keys, separated by commas, of the sessions that the opening replaced: the edge drops them at once. */
  forget: 'X-Gh-Forget',
  /** Seconds the edge caches a refusal; 0 = it does not. */
  denyTtl: 'X-Gh-Deny-Ttl',
  reason: 'X-Gatehouse-Reason',
  /** encoded; in refusals of openings, the viewer's group where control found one */
  group: 'X-Gh-Group',
} as const
