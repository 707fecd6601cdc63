import { createHash, randomBytes } from 'node:crypto'

/** A link that opens the dashboard once: for the first owner, or for somebody known. */
export type LinkPurpose =
  | { readonly kind: 'first-run' }
  | { readonly kind: 'sign-in'; readonly user: string }

/** One-time links, kept as hashes in memory: a restart ends them. */
export interface OneTimeLinks {
  /** A new secret for the purpose, valid for 15 minutes. */
  make(purpose: LinkPurpose): string
  /** What a secret is for, without using it up; `null` = nothing any more. */
  look(secret: string): LinkPurpose | null
  /** Uses a secret up. */
  take(secret: string): LinkPurpose | null
}

const LIFE_MS = 15 * 60_000
const MOST = 100

const hashOf = (secret: string): string => createHash('sha256').update(secret).digest('hex')

/** One-time links by a clock (Unix milliseconds). */
export const createOneTimeLinks = (now: () => number): OneTimeLinks => {
  const links = new Map<string, { readonly purpose: LinkPurpose; readonly until: number }>()
  const look = (secret: string): LinkPurpose | null => {
    const found = links.get(hashOf(secret))
    return found !== undefined && found.until > now() ? found.purpose : null
  }
  return {
    make: (purpose) => {
      const secret = randomBytes(24).toString('base64url')
      links.set(hashOf(secret), { purpose, until: now() + LIFE_MS })
      const oldest = links.keys().next()
      if (links.size > MOST && !oldest.done) links.delete(oldest.value)
      return secret
    },
    look,
    take: (secret) => {
      const purpose = look(secret)
      links.delete(hashOf(secret))
      return purpose
    },
  }
}
