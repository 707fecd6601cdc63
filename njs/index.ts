import { guide } from './handlers/apps/guide.ts'
import { picture } from './handlers/apps/picture.ts'
import { playerApi } from './handlers/apps/player-api.ts'
import { readForm } from './handlers/apps/read-form.ts'
import { beginStream } from './handlers/begin-stream.ts'
import { diskFull } from './handlers/disk-full.ts'
import { guardStream } from './handlers/guard-stream.ts'
import { health } from './handlers/health.ts'
import { networkKey } from './handlers/network-key.ts'
import { openWithoutControl } from './handlers/open-without-control.ts'
import { cookiesForOrigin } from './handlers/origins/cookies-for-origin.ts'
import { dropChallenge } from './handlers/origins/drop-challenge.ts'
import { handOnCookies } from './handlers/origins/hand-on-cookies.ts'
import { judgeAnswer } from './handlers/origins/headers/judge-answer.ts'
import { takeFollowed } from './handlers/origins/headers/take-followed.ts'
import { maskLogins } from './handlers/origins/mask-logins.ts'
import { originUnavailable } from './handlers/origins/origin-unavailable.ts'
import { readDocument } from './handlers/origins/read-document.ts'
import { refererBytes } from './handlers/origins/referer-bytes.ts'
import { refuseDocument } from './handlers/origins/refuse-document.ts'
import { refuseEndless } from './handlers/origins/refuse-endless.ts'
import { resolveRedirection } from './handlers/origins/resolve-redirection.ts'
import { serveManifest } from './handlers/origins/serve-manifest.ts'
import { userAgentBytes } from './handlers/origins/user-agent-bytes.ts'
import { playlist } from './handlers/playlist.ts'
import { push } from './handlers/push.ts'
import { rememberOpening } from './handlers/remember-opening.ts'
import { rememberRefusal } from './handlers/remember-refusal.ts'
import { routeOpening } from './handlers/route-opening.ts'
import { awaitManifest } from './handlers/sessions/await-manifest.ts'
import { checkManifest } from './handlers/sessions/check-manifest.ts'
import { checkSegment } from './handlers/sessions/check-segment.ts'
import { checkSession } from './handlers/sessions/check-session.ts'
import { checkWithoutControl } from './handlers/sessions/check-without-control.ts'
import { rememberCheck } from './handlers/sessions/remember-check.ts'
import { takeTurn } from './handlers/sessions/take-turn.ts'
import { streamEnded } from './handlers/stream-ended.ts'
import { sync } from './handlers/sync.ts'

/** What nginx.conf names: `edge.<handler>`. */
export default {
  awaitManifest,
  beginStream,
  checkManifest,
  checkSegment,
  checkSession,
  checkWithoutControl,
  cookiesForOrigin,
  diskFull,
  dropChallenge,
  guardStream,
  guide,
  handOnCookies,
  health,
  judgeAnswer,
  maskLogins,
  networkKey,
  openWithoutControl,
  originUnavailable,
  picture,
  playerApi,
  playlist,
  push,
  readDocument,
  readForm,
  refererBytes,
  refuseDocument,
  refuseEndless,
  rememberCheck,
  rememberOpening,
  rememberRefusal,
  resolveRedirection,
  routeOpening,
  serveManifest,
  streamEnded,
  sync,
  takeFollowed,
  takeTurn,
  userAgentBytes,
}
