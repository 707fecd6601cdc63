import { SENTENCES } from '../../../../sentences/sentences.ts'

type Prefixed<T> = { readonly [K in keyof T & string as `said.${K}`]: T[K] }

/** English sentences of other parts, as they say them. */
export const enSentences = Object.fromEntries(
  Object.entries(SENTENCES).map(([id, text]) => [`said.${id}`, text]),
) as Prefixed<typeof SENTENCES>
