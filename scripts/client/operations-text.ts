import { type Schema, typeText } from './type-text.ts'

type Content = Readonly<Record<string, { readonly schema?: Schema }>>

interface Operation {
  readonly parameters?: readonly {
    readonly name: string
    readonly in: string
    readonly required?: boolean
    readonly schema: Schema
  }[]
  readonly requestBody?: { readonly content: Content; readonly required?: boolean }
  readonly responses: Readonly<Record<string, { readonly content?: Content }>>
}

/** An OpenAPI document, as far as types are made from it. */
export interface Description {
  readonly paths: Readonly<Record<string, Readonly<Record<string, Operation>>>>
}

const PREFIX = '/api/v1'

const HEAD = `/** Written by \`npm run client\` from the OpenAPI document: change the schemas of the routes instead. */

/** What each operation below \`/api/v1\` takes and answers. */
export interface Operations {
`

const queryText = (operation: Operation): string => {
  const names = (operation.parameters ?? []).filter((it) => it.in === 'query')
  const required = names.filter((it) => it.required === true).map(({ name }) => name)
  const properties = Object.fromEntries(names.map(({ name, schema }) => [name, schema]))
  return names.length === 0 ? 'never' : typeText({ type: 'object', properties, required })
}

const bodyText = ({ requestBody }: Operation): string => {
  const schema = requestBody?.content['application/json']?.schema
  return schema === undefined ? 'never' : typeText(schema)
}

const answerText = ({ responses }: Operation): string => {
  const good = Object.entries(responses).filter(([status]) => /^2\d\d$/.test(status))
  const texts = good.map(([, { content }]) => {
    const schema = (content?.['application/json'] ?? Object.values(content ?? {})[0])?.schema
    return schema === undefined ? 'null' : typeText(schema)
  })
  return texts.length === 0 ? 'unknown' : [...new Set(texts)].join(' | ')
}

/** The source text of `control/client/operations.ts`: one line an operation, in the order of paths and methods. */
export const operationsText = ({ paths }: Description): string => {
  const lines = Object.entries(paths)
    .filter(([path]) => path.startsWith(`${PREFIX}/`))
    .flatMap(([path, operations]) =>
      Object.entries(operations).map(([method, operation]) => {
        const name = `${method.toUpperCase()} ${path.slice(PREFIX.length)}`
        const parts = [
          `query: ${queryText(operation)}`,
          `body: ${bodyText(operation)}`,
          `answer: ${answerText(operation)}`,
        ]
        return `  '${name}': { ${parts.join('; ')} }\n`
      }),
    )
  return `${HEAD}${lines.sort().join('')}}\n`
}
