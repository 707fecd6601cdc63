import { type Static, Type } from 'typebox'
import { Compile } from 'typebox/compile'
import { readJson } from '#domain/read-json'

const at = Type.Number({ minimum: 0 })
const account = Type.Null()

/** An import that has gone on, or ended. */
const PROGRESS = Type.Object({ at, account, importId: Type.String({ maxLength: 64 }) })
/** Plays and the use of downloads were written to history. */
const WRITTEN = Type.Object({ at, account })
/** Something that is no play was changed: its kind, as the audit log begins its actions with (`account`, `rule`), `finding` or `sharing`. */
const CHANGED = Type.Object({ at, account, what: Type.String({ maxLength: 64 }) })

const by = Type.String({ maxLength: 64 })
const NEWS = Type.Union([
  Type.Object({ by, event: Type.Literal('import.progress'), data: PROGRESS }),
  Type.Object({ by, event: Type.Literal('history.written'), data: WRITTEN }),
  Type.Object({ by, event: Type.Literal('changed'), data: CHANGED }),
])
const news = Compile(NEWS)

/** What one control plane tells those who watch another. */
export type News = Static<typeof NEWS>

/** News without who tells them. */
export type Told = News extends infer One ? (One extends News ? Omit<One, 'by'> : never) : never

/** News as they stand in their stream. */
export const encodeNews = (told: News): string => JSON.stringify(told)

/** The news of an entry; `null` for anything else. */
export const decodeNews = (body: string | undefined): News | null =>
  body === undefined ? null : readJson(body, (value) => news.Check(value))
