import type { AuditTrail } from '../../routes/admin/common/audit-trail.ts'
import { destinationRoutes } from '../../routes/admin/notices/destinations.ts'
import { messageRoutes } from '../../routes/admin/notices/messages.ts'
import { trialRoutes } from '../../routes/admin/notices/trials.ts'
import type { AdminApiOptions } from '../../routes/admin-api.ts'
import type { AdminParts } from '../parts.ts'

/** Destinations of notices and what was sent to them, below `/api/v1`. */
export const noticeRoutes = (parts: AdminParts, audit: AuditTrail): AdminApiOptions['more'] => {
  const { notices, persistence, log, now: clock } = parts
  const { destinations, outbox } = notices
  const { messages } = persistence.store
  const wake = () => outbox.wake()
  return [
    (app) => destinationRoutes(app, { destinations, messages, audit, clock }),
    (app) => trialRoutes(app, { destinations, log, clock }),
    (app) => messageRoutes(app, { messages, audit, clock, wake }),
  ]
}
