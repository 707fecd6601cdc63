import { type Static, Type } from 'typebox'
import { Compile } from 'typebox/compile'
import { readJson } from '#domain/read-json'

const NEWS = Type.Object({
  by: Type.String({ maxLength: 64 }),
  event: Type.Literal('import.progress'),
  data: Type.Object({
    at: Type.Number({ minimum: 0 }),
    account: Type.Null(),
    importId: Type.String({ maxLength: 64 }),
  }),
})
const news = Compile(NEWS)

/** What one control plane tells those who watch another. */
export type News = Static<typeof NEWS>

/** An import that has gone on, or ended. */
export type ImportNews = Readonly<News['data']>

/** News as they stand in their stream. */
export const encodeNews = (told: News): string => JSON.stringify(told)

/** The news of an entry; `null` for anything else. */
export const decodeNews = (body: string | undefined): News | null =>
  body === undefined ? null : readJson(body, (value) => news.Check(value))
