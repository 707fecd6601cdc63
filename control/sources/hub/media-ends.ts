import type { SessionStore } from '../../sessions/model/session-store.ts'
import type { MediaHub } from './hub.ts'

/** Ends of sessions that reach media servers, too; true once the server took the request. */
export const withMediaEnds = (
  store: Pick<SessionStore, 'end'>,
  hub: Pick<MediaHub, 'play' | 'end'>,
): Pick<SessionStore, 'end'> => ({
  end: async (key, reason, refuseMs) =>
    hub.play(key) === null
      ? await store.end(key, reason, refuseMs)
      : (await hub.end(key, '')).state !== 'refused',
})
