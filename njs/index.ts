import { guard } from './cutoff.ts'
import { door } from './doors.ts'
import { check, grace, remember } from './gate.ts'
import { health } from './health.ts'
import { alone, opened } from './open.ts'
import { sync } from './periodic.ts'
import { playlist } from './playlist.ts'
import { push } from './push.ts'
import { networkText } from './request.ts'

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
