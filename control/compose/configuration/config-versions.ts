import { createHash, randomUUID } from 'node:crypto'
import type { SecretBox } from '../../keys/secret-box.ts'
import type { ConfigVersion } from '../../store/tables/config-tables.ts'
import type { Tables } from '../../store/tables/stores.ts'

/** Who brought a text into use, and why. */
export interface VersionNotes {
  readonly by: string
  readonly note: string | null
}

/** Texts of the configuration that were in use, the newest {@link MOST_KEPT} of them. */
export interface ConfigVersions {
  /** Keeps a text, unless it is the newest one kept. */
  keep(text: string, notes: VersionNotes): Promise<ConfigVersion>
  newest(): Promise<ConfigVersion | null>
  /** Newest first. */
  list(page: {
    readonly limit?: number
    readonly after?: string
  }): Promise<{ readonly rows: readonly ConfigVersion[]; readonly next: string | null }>
  get(id: string): Promise<ConfigVersion | null>
  textOf(version: ConfigVersion): string
  /** Every kept text. */
  texts(): Promise<readonly string[]>
}

/** Versions that are kept. */
export const MOST_KEPT = 200

const contextOf = (id: string): string => `configuration:${id}`

/** Versions of one file over the database; `now` in Unix milliseconds. */
export const createConfigVersions = (
  { configVersions }: Pick<Tables, 'configVersions'>,
  box: SecretBox,
  file: string,
  now: () => number,
): ConfigVersions => {
  const newestFirst = { where: { file }, sort: 'at', descending: true } as const
  const newest = async () =>
    (await configVersions.list({ ...newestFirst, limit: 1 })).rows[0] ?? null
  const textOf = ({ id, sealed }: ConfigVersion) => box.open(sealed, contextOf(id))
  const all = async () => (await configVersions.list({ ...newestFirst, limit: 1000 })).rows
  return {
    newest,
    textOf,
    get: async (id) => {
      const found = await configVersions.get(id)
      return found?.file === file ? found : null
    },
    list: async ({ limit, after }) => await configVersions.list({ ...newestFirst, limit, after }),
    texts: async () => (await all()).map(textOf),
    keep: async (text, { by, note }) => {
      const digest = createHash('sha256').update(text).digest('hex')
      const last = await newest()
      if (last?.digest === digest) return last
      const id = randomUUID()
      const at = Math.max(now(), (last?.at ?? 0) + 1)
      const sealed = box.seal(text, contextOf(id))
      const version = { id, file, at, by, note, digest, sealed }
      await configVersions.put(version)
      for (const old of (await all()).slice(MOST_KEPT)) await configVersions.remove(old.id)
      return version
    },
  }
}
