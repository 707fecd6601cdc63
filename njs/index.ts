import { check, grace, remember } from './handlers/check.ts'
import { door } from './handlers/door.ts'
import { health } from './handlers/health.ts'
import { alone, opened } from './handlers/opened.ts'
import { playlist } from './handlers/playlist.ts'
import { push } from './handlers/push.ts'
import { guard } from './handlers/stream-guard.ts'
import { sync } from './handlers/sync-timer.ts'
import { networkText } from './platform/request.ts'

/** What nginx.conf names: `edge.<handler>`. */
export default {
  alone,
  check,
  door,
  grace,
  guard,
  health,
  network: networkText,
  opened,
  playlist,
  push,
  remember,
  sync,
}
