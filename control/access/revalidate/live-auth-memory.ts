import type { LiveAuth, LiveAuthStore } from './live-auth.ts'

/** Running sessions in this process alone. */
export const createMemoryLiveAuth = (): LiveAuthStore => {
  const sessions = new Map<string, LiveAuth>()
  return {
    put: async (live) => {
      sessions.set(live.request.sessionId, live)
    },
    get: async (sessionId) => sessions.get(sessionId) ?? null,
    remove: async (sessionId) => {
      sessions.delete(sessionId)
    },
    claimDue: async (now, limit, holdMs) => {
      const due: LiveAuth[] = []
      for (const live of sessions.values()) {
        if (due.length >= limit) break
        if (live.isParked === true || live.dueAt > now) continue
        due.push(live)
        sessions.set(live.request.sessionId, { ...live, dueAt: now + holdMs })
      }
      return due
    },
    list: async function* () {
      for (const live of sessions.values())
        if (live.isParked !== true) yield await Promise.resolve(live)
    },
    makeDue: async (channel, now) => {
      const chosen = [...sessions.values()].filter(
        ({ request, isParked }) =>
          isParked !== true && (channel === null || request.channel === channel),
      )
      for (const live of chosen) sessions.set(live.request.sessionId, { ...live, dueAt: now })
      return chosen.length
    },
  }
}
