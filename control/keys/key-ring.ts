import { createHash, randomBytes } from 'node:crypto'
import type { EdgeKeys } from '#domain/channels/protocol'
import type { SigningKey } from '../store/tables/records.ts'

/** A signing key in use; `kid` is one byte. */
export interface StoredKey extends Omit<SigningKey, 'kid'> {
  readonly kid: number
}

/** Storage of keys. */
export interface KeyStore {
  list(): Promise<readonly SigningKey[]>
  put(key: SigningKey): Promise<void>
}

/** The keys that sign tickets and passes, and the server key for hashing tokens. */
export interface KeyRing {
  /** The keys in the form edges load. */
  edgeKeys(): EdgeKeys
  /** The keys without their secrets. */
  describe(): readonly Omit<StoredKey, 'secret'>[]
  secret(kid: number): Uint8Array | undefined
  current(): { readonly kid: number; readonly secret: Uint8Array }
  serverKey(): Uint8Array
  /**
   * Creates a key that signs from now on, or once all control planes and edges have loaded it;
   * older keys verify until they are retired. Returns its id.
   */
  rotate(now: number): Promise<number>
  /** Retires a key: tickets and passes signed by it are refused. False for the current key, which cannot be retired, and unknown ones. */
  retire(kid: number, now: number): Promise<boolean>
  /** Reads the keys again, since other control planes may change them. */
  reload(): Promise<void>
}

const SECRET_BYTES = 32
const KEY_IDS = 255
const SERVER_KID = 0
const FIRST_KEYS_MS = 1_500

const versionOf = (keys: readonly StoredKey[], current: number): string => {
  const hash = createHash('sha256').update(`${current};`)
  for (const { kid, secret } of keys) hash.update(`${kid}:`).update(secret)
  return hash.digest('base64url').slice(0, 12)
}

const nextKid = (keys: readonly StoredKey[]): number => {
  const used = new Set(keys.filter(({ retiredAt }) => retiredAt === null).map(({ kid }) => kid))
  const last = keys.reduce((kid, key) => (key.purpose === 'signing' ? key.kid : kid), 0)
  for (let step = 1; step <= KEY_IDS; step += 1) {
    const kid = ((last + step - 1) % KEY_IDS) + 1
    if (!used.has(kid)) return kid
  }
  throw new Error('all 255 signing keys are in use; retire old ones first')
}

export interface KeyRingOptions {
  readonly clock?: () => number
  /** Milliseconds for which a new key only verifies, until every control plane and edge has loaded it. */
  readonly settleMs?: number
}

const pause = async (ms: number): Promise<void> =>
  await new Promise((resolve) => setTimeout(resolve, ms))

/**
 * Loads the keys, making the first ones where there are none. Throws a `StoreError` while the
 * database is unreachable; `rotate` throws an `Error` when all 255 key ids are in use.
 */
export const createKeyRing = async (
  store: KeyStore,
  now: number,
  { clock = () => Date.now(), settleMs = 0 }: KeyRingOptions = {},
): Promise<KeyRing> => {
  let keys: readonly StoredKey[] = []
  const reload = async (): Promise<void> => {
    const stored = await store.list()
    keys = stored
      .map((key) => ({ ...key, kid: Number(key.kid) }))
      .sort((a, b) => a.createdAt - b.createdAt || a.kid - b.kid)
  }
  const signing = (): StoredKey[] =>
    keys.filter(({ purpose, retiredAt }) => purpose === 'signing' && retiredAt === null)
  const make = async (purpose: 'signing' | 'server', kid: number, at: number): Promise<void> => {
    const secret = new Uint8Array(randomBytes(SECRET_BYTES))
    // The first key signs at once: there is nothing else to sign with.
    const activeFrom = signing().length === 0 ? at : at + settleMs
    const times = { createdAt: at, activeFrom, retiredAt: null }
    await store.put({ kid: String(kid), purpose, secret, ...times })
    await reload()
  }

  await reload()
  const isNew = keys.length === 0
  if (!keys.some(({ purpose }) => purpose === 'server')) await make('server', SERVER_KID, now)
  if (signing().length === 0) await make('signing', nextKid(keys), now)
  if (isNew && settleMs > 0) {
    // Another control plane may be starting on the same empty database: the keys written last are used by both.
    await pause(FIRST_KEYS_MS)
    await reload()
  }

  const current = (): StoredKey => {
    const active = signing().filter(({ activeFrom }) => activeFrom <= clock())
    const key = active.at(-1) ?? signing().at(0)
    if (!key) throw new Error('there is no signing key')
    return key
  }
  const change = async (key: StoredKey, retiredAt: number): Promise<void> => {
    await store.put({ ...key, kid: String(key.kid), retiredAt })
    await reload()
  }
  return ringOf({ reload, current, signing, make, change, all: () => keys })
}

/** The key ring's public interface. */
const ringOf = (parts: {
  readonly reload: () => Promise<void>
  readonly current: () => StoredKey
  readonly signing: () => StoredKey[]
  readonly all: () => readonly StoredKey[]
  readonly make: (purpose: 'signing', kid: number, at: number) => Promise<void>
  readonly change: (key: StoredKey, retiredAt: number) => Promise<void>
}): KeyRing => {
  const { reload, current, signing, all } = parts
  return {
    reload,
    current,
    edgeKeys: () => ({
      version: versionOf(signing(), current().kid),
      current: current().kid,
      secrets: Object.fromEntries(
        signing().map(({ kid, secret }) => [String(kid), Buffer.from(secret).toString('hex')]),
      ),
    }),
    describe: () => all().map(({ secret: _secret, ...key }) => key),
    secret: (kid) => signing().find((key) => key.kid === kid)?.secret,
    serverKey: () => {
      const key = all().find(({ purpose }) => purpose === 'server')
      if (!key) throw new Error('there is no server key')
      return key.secret
    },
    rotate: async (at) => {
      const kid = nextKid(all())
      await parts.make('signing', kid, at)
      return kid
    },
    retire: async (kid, at) => {
      const key = signing().find((candidate) => candidate.kid === kid)
      if (!key || kid === current().kid) return false
      await parts.change(key, at)
      return true
    },
  }
}
