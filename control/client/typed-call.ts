import type { Operations } from './operations.ts'

/** Methods of the admin API. */
export type Method = 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE'

type Templates<M extends Method> = keyof Operations extends infer K
  ? K extends `${M} ${infer Path}`
    ? Path
    : never
  : never

/** A path without its query. */
type WithoutQuery<P extends string> = P extends `${infer Path}?${string}` ? Path : P

/** `/accounts/${string}/trust` as its parts. */
type Parts<P extends string> = P extends `${infer Head}/${infer Rest}`
  ? [Head, ...Parts<Rest>]
  : [P]

type FitsPart<Part extends string, Template extends string> = Template extends `{${string}}`
  ? true
  : Part extends Template
    ? true
    : false

type Fits<P extends readonly string[], T extends readonly string[]> = [P, T] extends [
  [infer Part extends string, ...infer More extends string[]],
  [infer Template extends string, ...infer Others extends string[]],
]
  ? FitsPart<Part, Template> extends true
    ? Fits<More, Others>
    : false
  : [P, T] extends [[], []]
    ? true
    : false

type Literal<M extends Method, P extends string> = P extends Templates<M> ? P : never

type Matching<M extends Method, P extends string> =
  Templates<M> extends infer T
    ? T extends string
      ? Fits<Parts<P>, Parts<T>> extends true
        ? T
        : never
      : never
    : never

type TemplateOf<M extends Method, P extends string> = P extends string
  ? [Literal<M, WithoutQuery<P>>] extends [never]
    ? Matching<M, WithoutQuery<P>>
    : Literal<M, WithoutQuery<P>>
  : never

/**
 * The operation that a method and a path below `/api/v1` name, by the OpenAPI document; `never` for a path there is none of. Parameters of the path are
 * filled in by a template literal: `/accounts/${encodeURIComponent(id)}`.
 */
export type OperationOf<
  M extends Method,
  P extends string,
> = `${M} ${TemplateOf<M, P>}` extends infer K
  ? K extends keyof Operations
    ? Operations[K]
    : never
  : never

/** What an operation answers. */
export type AnswerOf<M extends Method, P extends string> = OperationOf<M, P>['answer']

/** A row of a list that is paged. */
export type RowOf<P extends string> =
  AnswerOf<'GET', P> extends { items: (infer T)[]; next: string | null } ? T : never

type Fields<Body> = [Body] extends [never] ? never : { readonly [K in keyof Body]?: unknown }

/**
 * The fields a JSON body of an operation may have; `never` where it takes none. Their values come from forms and command lines: the server checks them
 * and says what is wrong.
 */
export type BodyOf<M extends Method, P extends string> = Fields<OperationOf<M, P>['body']>

/** A path that a method has; `never` for any other, so that a misspelt one does not compile. */
export type PathFor<M extends Method, P extends string> = [OperationOf<M, P>] extends [never]
  ? never
  : P

/** `?a=b` of the parameters that are set, `''` of none. */
export type QueryText = '' | `?${string}`
