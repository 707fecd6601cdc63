/** A JSON Schema. */
export type Shape = Readonly<Record<string, unknown>>

type Content = Readonly<Record<string, { readonly schema: Shape; readonly example?: unknown }>>

interface Operation {
  readonly parameters?: readonly {
    readonly name: string
    readonly in: string
    readonly required?: boolean
    readonly schema: Shape
  }[]
  readonly requestBody?: { readonly content: Content }
  readonly responses: Readonly<
    Record<string, { readonly description?: string; readonly content?: Content }>
  >
  readonly 'x-permission'?: string
}

/** One operation of the description of the API. */
export interface Call {
  readonly method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE'
  readonly path: string
  readonly operation: Operation
}

/** Every operation of an OpenAPI description, in its order. */
export const callsOf = (description: Shape): Call[] =>
  Object.entries(description['paths'] as Record<string, Record<string, Operation>>).flatMap(
    ([path, operations]) =>
      Object.entries(operations).map(([method, operation]) => ({
        method: method.toUpperCase() as Call['method'],
        path,
        operation,
      })),
  )

const isAnswerDescribed = (
  status: string,
  { content, description }: Operation['responses'][string],
): boolean => {
  if (status === '204' || status.startsWith('3')) return content === undefined && description !== ''
  const schemas = Object.values(content ?? {}).map(({ schema }) => schema)
  return schemas.length > 0 && schemas.every((schema) => Object.keys(schema ?? {}).length > 0)
}

/** Whether each answer of a call that is no refusal is described: by its content, or as one without any. */
export const isDescribed = ({ operation: { responses } }: Call): boolean => {
  const good = Object.entries(responses).filter(([status]) => /^[23]/.test(status))
  return good.length > 0 && good.every(([status, one]) => isAnswerDescribed(status, one))
}
