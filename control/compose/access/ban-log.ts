import type { Logger } from 'pino'
import type { EventRecorder } from '../../access/admission/event-recorder.ts'

const isBan = (reason: string): boolean =>
  reason.startsWith('ban.') || reason.startsWith('cap.') || reason === 'session.ended'

/** A recorder that also writes a log line per ban: session, account, fingerprint of the token, stream, reason. */
export const withBanLog = (recorder: EventRecorder, log: Pick<Logger, 'info'>): EventRecorder => ({
  ...recorder,
  opened: (event) => {
    // Logged once, where the ban began, and not again for a target that is already banned.
    if (event.type === 'refused' && event.reason.startsWith('cap.')) {
      const { sid, account, tokenPrint, channel, reason, address, device } = event
      const ban = { session: sid, account, token: tokenPrint, stream: channel, reason }
      log.info({ ...ban, address, device }, 'banned')
    }
    recorder.opened(event)
  },
  ended: (end) => {
    const { session, reason } = end
    if (isBan(reason)) {
      const { sid, account, tokenPrint, channel, address, device } = session
      const ban = { session: sid, account, token: tokenPrint, stream: channel, reason }
      log.info({ ...ban, address, device }, 'banned')
    }
    recorder.ended(end)
  },
})
