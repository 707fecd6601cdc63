interface Schema {
  readonly properties?: Readonly<Record<string, Schema>>
  readonly items?: Schema
  readonly anyOf?: readonly Schema[]
}

interface Operation {
  readonly parameters?: readonly { readonly name: string; readonly in: string }[]
  readonly requestBody?: {
    readonly content?: Readonly<Record<string, { readonly schema: Schema }>>
  }
  readonly responses?: Readonly<
    Record<string, { readonly content?: Readonly<Record<string, { readonly schema: Schema }>> }>
  >
}

/** What of an OpenAPI description is read here. */
export interface ApiDescription {
  readonly paths: Readonly<Record<string, Readonly<Record<string, Operation>>>>
}

const fieldsOf = (schema: Schema, at: string): string[] => [
  ...Object.entries(schema.properties ?? {}).flatMap(([name, child]) => {
    const path = at === '' ? name : `${at}.${name}`
    return [path, ...fieldsOf(child, path)]
  }),
  ...(schema.items === undefined ? [] : fieldsOf(schema.items, `${at}[]`)),
  ...(schema.anyOf ?? []).flatMap((one) => fieldsOf(one, at)),
]

const bodyFields = (content: Operation['requestBody']): string[] =>
  Object.values(content?.content ?? {}).flatMap(({ schema }) => fieldsOf(schema, ''))

/**
 * Everything a client of `/api/v1` may rely on, a line each: `GET /api/v1/sessions`, its query as `… ?limit`, its body
 * as `… < name`, fields of its good answers as `… > items[].id`.
 */
export const apiSurface = ({ paths }: ApiDescription): ReadonlySet<string> => {
  const lines = Object.entries(paths)
    .filter(([path]) => path.startsWith('/api/v1/'))
    .flatMap(([path, operations]) =>
      Object.entries(operations).flatMap(([method, operation]) => {
        const name = `${method.toUpperCase()} ${path}`
        const query = (operation.parameters ?? []).filter((it) => it.in === 'query')
        const good = Object.entries(operation.responses ?? {}).filter(([code]) => code < '300')
        return [
          name,
          ...query.map((it) => `${name} ?${it.name}`),
          ...bodyFields(operation.requestBody).map((field) => `${name} < ${field}`),
          ...good.flatMap(([, answer]) => bodyFields(answer)).map((field) => `${name} > ${field}`),
        ]
      }),
    )
  return new Set(lines)
}
