/** A JSON Schema. */
export type Shape = Readonly<Record<string, unknown>>

type Content = Readonly<Record<string, { readonly schema: Shape; readonly example?: unknown }>>

interface Operation {
  readonly parameters?: readonly {
    readonly name: string
    readonly in: string
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
