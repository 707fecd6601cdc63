/** Kinds of credentials. `secure-link`: the arguments of nginx's `secure_link` module. `xtream`: user and password, as in Xtream Codes' URLs. */
export type DoorCredential = 'none' | 'ticket' | 'token' | 'xtream' | 'secure-link' | 'pass'

/**
 * How nginx serves a door, by `nginx/doors/gatehouse-door-<name>.conf`: `answer` = the handler sends the response; `list` = likewise, a
 * playlist; `app` = with the rate limit of apps; `opening` = the handler chooses the internal location (`opening-route.ts`); the others are proxied to the origin once the session is admitted.
 */
export type DoorServing =
  | 'list'
  | 'answer'
  | 'app'
  | 'opening'
  | 'stream'
  | 'hls'
  | 'dash'
  | 'segment'

/** One form of public address. */
export interface Door {
  readonly id: string
  /** Path with `<placeholders>` of `shape.ts`. */
  readonly path: string
  /** Query arguments a request must have to match. */
  readonly query: readonly string[]
  /** Accepted credentials; with `none`, a request may be without one. */
  readonly credentials: readonly DoorCredential[]
  /** Where the credential stands, for the table in `nginx/README.md`. */
  readonly place: string
  /** What a valid request is served, for the same table. */
  readonly opens: string
  /** The handler of `njs/index.ts` that nginx calls first. */
  readonly handler: string
  readonly serving: DoorServing
}

const LIST_PLACE =
  '`?token=` or `?username=&password=`, in the query or in a posted form; or nothing'

const HANDLERS = {
  stream: 'checkSession',
  hls: 'checkManifest',
  dash: 'checkManifest',
  segment: 'checkSegment',
} as const

/** A door below a pass, which serves one kind of file. */
const underPass = (
  id: string,
  path: string,
  opens: string,
  serving: Exclude<DoorServing, 'list' | 'answer' | 'app' | 'opening'>,
): Door => ({
  id,
  path,
  query: [],
  credentials: ['pass'],
  place: 'the pass, second part of the path',
  opens,
  handler: HANDLERS[serving],
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
  serving: 'list',
})

const APP_PLACE = '`?username=&password=` or `?token=`, in the query or in a posted form'

const app = (id: string, path: string, opens: string): Door => ({
  id,
  path,
  query: [],
  credentials: ['token', 'xtream'],
  place: APP_PLACE,
  opens,
  handler: 'playerApi',
  serving: 'app',
})

const guide = (id: string, path: string): Door => ({
  id,
  path,
  query: [],
  credentials: ['none', 'ticket', 'token', 'xtream'],
  place:
    '`?ticket=` of a list, `?token=` or `?username=&password=`, in the query or in a posted form; or nothing',
  opens: 'the programme guide of the viewer’s group, XMLTV',
  handler: 'guide',
  serving: 'app',
})

const opening = (row: Omit<Door, 'opens' | 'handler' | 'serving'>): Door => ({
  ...row,
  opens: 'the channel: a 302 to a pass',
  handler: 'routeOpening',
  serving: 'opening',
})

const ARCHIVE = 'the channel’s archive from a start on: a 302 to a pass'

/** The two rows of an archive's path, with an extension and without. */
const archive = (path: string, row: Omit<Door, 'opens' | 'handler' | 'serving' | 'path'>): Door[] =>
  [`${path}.<extension>`, path].map((one, index) => ({
    ...opening({ ...row, id: index === 0 ? row.id : `${row.id}-plain`, path: one }),
    opens: ARCHIVE,
  }))

const archiveQuery = (id: string, path: string): Door => ({
  ...opening({
    id,
    path,
    query: ['stream', 'start'],
    credentials: ['token', 'xtream'],
    place: '`?username=&password=` or `?token=`',
  }),
  opens: ARCHIVE,
})

/** Every door. The first row that matches a request is its door: more specific ones come first. */
export const DOORS: readonly Door[] = [
  playlist('playlist', '/playlist.m3u'),
  playlist('playlist-m3u8', '/playlist.m3u8'),
  {
    ...playlist('xtream-playlist', '/get.php'),
    credentials: ['token', 'xtream'],
    place: APP_PLACE,
  },
  app('xtream-api', '/player_api.php', 'the account’s state, channels, categories and programmes'),
  guide('guide', '/epg.xml'),
  guide('guide-gz', '/epg.xml.gz'),
  guide('xtream-guide', '/xmltv.php'),
  app('xtream-panel', '/panel_api.php', 'the same in one piece, where `apps.panel_api` is set'),
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
    id: 'xtream-plain',
    path: '/live/<user>/<password>/<stream>',
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
  ...archive('/timeshift/<user>/<password>/<minutes>/<start>/<channel>', {
    id: 'xtream-archive',
    query: [],
    credentials: ['xtream'],
    place: 'user and password, second and third part of the path',
  }),
  ...archive('/timeshift/<token>/<minutes>/<start>/<channel>', {
    id: 'xtream-archive-token',
    query: [],
    credentials: ['token'],
    place: 'the token, second part of the path',
  }),
  archiveQuery('xtream-archive-query', '/timeshift.php'),
  archiveQuery('xtream-archive-streaming', '/streaming/timeshift.php'),
  underPass(
    'stream',
    '/s/<stream-pass>/<channel>/<stream-file>',
    'MPEG-TS, until it ends',
    'stream',
  ),
  underPass('hls', '/s/<pass>/<channel>/<hls-file>', 'a playlist of HLS', 'hls'),
  underPass(
    'segment',
    '/s/<pass>/<channel>/<other-file>',
    'a segment, a key, any other file',
    'segment',
  ),
  underPass('dash', '/s/<pass>/<channel>/<dash-file>', 'a manifest of DASH', 'dash'),
  opening({
    id: 'xtream-short',
    path: '/<user>/<password>/<stream>.<extension>',
    query: [],
    credentials: ['xtream'],
    place: 'user and password, first and second part of the path',
  }),
  opening({
    id: 'xtream-shortest',
    path: '/<user>/<password>/<stream>',
    query: [],
    credentials: ['xtream'],
    place: 'user and password, first and second part of the path',
  }),
]
