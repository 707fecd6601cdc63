import { adminOf } from '../../test/e2e/world/world.ts'
import type { TestService } from '../../test/support/programs/service.ts'

interface Plays {
  readonly items: readonly { readonly id: string }[]
  readonly next: string | null
}

/** A session that was let in as control died is known by its end, when it has been silent. */
const WAIT_MS = 75_000

const known = async (service: TestService): Promise<Set<string>> => {
  const admin = adminOf(service)
  const ids = new Set<string>()
  let after = ''
  for (;;) {
    const page: Plays = await admin.get(`/history/plays?limit=1000${after}`)
    for (const { id } of page.items) ids.add(id)
    if (page.next === null) return ids
    after = `&after=${encodeURIComponent(page.next)}`
  }
}

/** How many of these sessions history does not know, given a little time. */
export const missingFrom = async (
  service: TestService,
  sessions: readonly string[],
): Promise<number> => {
  const end = Date.now() + WAIT_MS
  for (;;) {
    const ids = await known(service)
    const missing = sessions.filter((sid) => !ids.has(sid)).length
    if (missing === 0 || Date.now() > end) return missing
    await new Promise((resolve) => setTimeout(resolve, 500))
  }
}
