/** What a viewer may present. `secure-link`: the arguments of nginx's secure_link module. `xtream`: user and password. */
export type DoorCredential = 'none' | 'ticket' | 'token' | 'xtream' | 'secure-link' | 'pass'

/**
 * How nginx serves a door, by `nginx/gatehouse-door-<name>.conf`: `answer` = the handler itself answers; `opening` = the handler names the internal
 * location that goes on; the others go to the origin as soon as the session is let through.
 */
export type DoorServing = 'answer' | 'opening' | 'stream' | 'hls' | 'dash' | 'segment'

/** One way to knock. */
export interface Door {
  readonly id: string
  /** Literal text and `<placeholders>` of `shape.ts`. */
  readonly path: string
  /** Query arguments without which a request is not at this door. */
  readonly query: readonly string[]
  /** What may be presented here; `none` among them = nothing need be. */
  readonly credentials: readonly DoorCredential[]
  /** For people: where the credential stands. */
  readonly place: string
  /** For people: what a good one gets. */
  readonly opens: string
  /** The handler of `njs/index.ts` that judges first. */
  readonly handler: string
  readonly serving: DoorServing
}

const LIST_PLACE =
  '`?token=` or `?username=&password=`, in the query or in a posted form; or nothing'

/** The way of a pass: where its path leads depends on what is asked for below it. */
const underPass = (
  id: string,
  path: string,
  opens: string,
  serving: Exclude<DoorServing, 'answer' | 'opening'>,
): Door => ({
  id,
  path,
  query: [],
  credentials: ['pass'],
  place: 'the pass, second part of the path',
  opens,
  handler: 'checkSession',
  serving,
})

const playlist = (id: string, path: string): Door => ({
  id,
  path,
  query: [],
  credentials: ['none', 'token', 'xtream'],
  place: LIST_PLACE,
  opens: 'the list of the viewer’s group',
  handler: 'playlist',
  serving: 'answer',
})

const opening = (row: Omit<Door, 'opens' | 'handler' | 'serving'>): Door => ({
  ...row,
  opens: 'the channel: a 302 to a pass',
  handler: 'routeOpening',
  serving: 'opening',
})

/** Every door. The first row that fits a request is its door, so the narrower stand before the wider. */
export const DOORS: readonly Door[] = [
  playlist('playlist', '/playlist.m3u'),
  playlist('playlist-m3u8', '/playlist.m3u8'),
  {
    ...playlist('xtream-playlist', '/get.php'),
    credentials: ['token', 'xtream'],
    place: '`?username=&password=` or `?token=`, in the query or in a posted form',
  },
  {
    ...opening({
      id: 'ticket',
      path: '/live/<ticket>/<channel>/<file>',
      query: [],
      credentials: ['ticket'],
      place: 'the ticket of a list, second part of the path',
    }),
    opens:
      'the channel: a 302 to a pass, or the file itself for players that do not follow one (`redirect: inferred`)',
  },
  opening({
    id: 'token',
    path: '/live/<channel>/<file>',
    query: ['token'],
    credentials: ['token'],
    place: '`?token=`: an account’s, an auth backend’s, or one of Flussonic’s securetoken',
  }),
  opening({
    id: 'xtream',
    path: '/live/<user>/<password>/<channel>.<extension>',
    query: [],
    credentials: ['xtream'],
    place: 'user and password, second and third part of the path',
  }),
  opening({
    id: 'secure-link',
    path: '/live/<channel>/<file>',
    query: ['md5', 'expires'],
    credentials: ['secure-link'],
    place: '`?md5=&expires=` of nginx’s secure_link',
  }),
  opening({
    id: 'no-credential',
    path: '/live/<channel>/<file>',
    query: [],
    credentials: ['none'],
    place: 'nowhere: rules and auth backends may let in by address, country or player',
  }),
  underPass('stream', '/s/<stream-pass>/<channel>/<file>', 'MPEG-TS, until it ends', 'stream'),
  underPass('hls', '/s/<pass>/<channel>/<hls-file>', 'a playlist of HLS', 'hls'),
  underPass('dash', '/s/<pass>/<channel>/<dash-file>', 'a manifest of DASH', 'dash'),
  underPass('segment', '/s/<pass>/<channel>/<file>', 'a segment, a key, any other file', 'segment'),
]
