import type { LiveAuthStore } from '../../access/revalidate/live-auth.ts'
import { type RejudgePorts, rejudge } from '../../access/revalidate/rejudge.ts'
import type { LiveSession } from '../../sessions/model/live-session.ts'
import type { SessionPage, SessionView } from '../../sessions/model/session-view.ts'
import type { Sessions } from '../../sessions/sessions.ts'
import type { LiveAuthorizer } from './authorizer.ts'

const PAGE = 1000

const everySession = async function* (view: SessionView): AsyncGenerator<LiveSession> {
  let cursor: string | null = null
  do {
    const page: SessionPage = await view.list({
      limit: PAGE,
      ...(cursor === null ? {} : { cursor }),
    })
    yield* page.items
    cursor = page.next
  } while (cursor !== null)
}

export interface RejudgingParts {
  readonly sessions: Pick<Sessions, 'store' | 'view' | 'bans'>
  readonly authorizer: Pick<LiveAuthorizer, 'book'>
  readonly store: LiveAuthStore
  readonly now: () => number
}

/** Evaluates the current rules for running sessions; repeats once if called again meanwhile. */
export const createRejudge = (
  { sessions, authorizer, store, now }: RejudgingParts,
  onError: (error: unknown) => void,
): { start(): void; settled(): Promise<void> } => {
  const ports: RejudgePorts = {
    book: authorizer.book,
    store,
    now,
    running: () => everySession(sessions.view),
    end: async (sid, { reason, denySec }) => {
      const session = await sessions.view.show(sid)
      if (session) await sessions.store.end(session.id, reason, denySec * 1000)
    },
  }
  let last = Promise.resolve()
  const once = async (): Promise<void> => {
    await sessions.bans.forgive()
    await rejudge(ports)
  }
  return {
    start: () => {
      last = last.then(once).catch(onError)
    },
    settled: async () => await last,
  }
}
