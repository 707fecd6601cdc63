import type { Readable } from 'node:stream'
import { Type } from 'typebox'

/** How an answer that is no JSON is described, with an example of its text. */
export const textAnswer = (mediaType: string, description: string, example?: string) => {
  const examples = example === undefined ? {} : { examples: [example] }
  const schema = Type.Unsafe<string | Readable>({ type: 'string', ...examples })
  return { description, content: { [mediaType]: { schema } } }
}
