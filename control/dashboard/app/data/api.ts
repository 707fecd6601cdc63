import type { AnswerOf, BodyOf, Method, PathFor, RowOf } from '../../../client/typed-call.ts'
import { noteTime } from './clock.ts'
import type { AuthState } from './types.ts'

/** A value that is not taken, and the rule it breaks. */
interface Invalid {
  readonly path: string
  readonly message: string
  readonly rule?: string
  readonly limit?: string
}

interface Problem {
  readonly type?: string
  readonly title?: string
  readonly detail?: string
  readonly detailId?: string
  readonly values?: Readonly<Record<string, string>>
  readonly errors?: readonly Invalid[]
}

/** A refusal of the admin API (RFC 9457), or `offline` where nothing answered. */
export class ApiError extends Error {
  readonly status: number
  /** `auth.missing`, `permission.missing`, …; `offline`. */
  readonly code: string
  /** What to do about it, in English, and its id where it has one. */
  readonly detail: string
  readonly detailId: string | null
  readonly values: Readonly<Record<string, string>>
  readonly errors: readonly Invalid[]
  constructor(status: number, code: string, message: string, problem: Problem = {}) {
    super(message)
    this.status = status
    this.code = code
    this.detail = problem.detail ?? ''
    this.detailId = problem.detailId ?? null
    this.values = problem.values ?? {}
    this.errors = problem.errors ?? []
  }
}

let csrf: string | null = null
let signedOut: () => void = () => undefined

/** Called when an answer says that the sign-in is over. */
export const onSignedOut = (listener: () => void): void => {
  signedOut = listener
}

/** The address of an API path, wherever the dashboard lies. */
export const apiUrl = (path: string): string => new URL(`api/v1${path}`, document.baseURI).href

const errorOf = async (response: Response): Promise<ApiError> => {
  const problem = (await response.json().catch(() => ({}))) as Problem
  const code = problem.type?.split(':').at(-1) ?? 'internal'
  const words = [problem.title, problem.detail].filter((text) => text !== undefined).join('. ')
  return new ApiError(response.status, code, words === '' ? response.statusText : words, problem)
}

/** What a request fails with that nothing answered; one that was given up stays what it is. */
export const offline = (error: unknown): never => {
  if (error instanceof DOMException && error.name === 'AbortError') throw error
  throw new ApiError(0, 'offline', 'Gatehouse does not answer.')
}

const request = async (path: string, init: RequestInit): Promise<Response> => {
  const response = await fetch(apiUrl(path), { ...init, credentials: 'same-origin' }).catch(offline)
  noteTime(response.headers.get('date'))
  if (response.ok) return response
  const error = await errorOf(response)
  if (error.code === 'auth.missing') signedOut()
  throw error
}

/** What an answer says; `null` where it has no content. */
const contentOf = async (response: Response): Promise<unknown> => {
  const text = response.status === 204 ? '' : await response.text()
  return text === '' ? null : JSON.parse(text)
}

/** Reads a path below `/api/v1`; the OpenAPI document says which there are and what they answer. Throws an `ApiError`. */
export const get = async <const P extends string>(
  path: P & PathFor<'GET', P>,
  signal?: AbortSignal,
): Promise<AnswerOf<'GET', P>> => {
  const response = await request(path, signal === undefined ? {} : { signal })
  return (await contentOf(response)) as AnswerOf<'GET', P>
}

interface Page<T> {
  readonly items: readonly T[]
  readonly next: string | null
}

/** Rows of a list that is short nearly everywhere. */
const MOST_ROWS = 10_000

/** Every page of a list, up to `most` rows; `begun` gets the first of several as soon as it is there. */
export const getAll = async <const P extends string>(
  path: P & PathFor<'GET', P>,
  signal?: AbortSignal,
  most = MOST_ROWS,
  begun: (rows: RowOf<P>[]) => void = () => undefined,
): Promise<RowOf<P>[]> => {
  const rows: RowOf<P>[] = []
  const mark = path.includes('?') ? '&' : '?'
  let after: string | null = null
  do {
    const cursor: string = after === null ? '' : `&after=${encodeURIComponent(after)}`
    const init = signal === undefined ? {} : { signal }
    const response = await request(`${path}${mark}limit=1000${cursor}`, init)
    const page = (await response.json()) as Page<RowOf<P>>
    rows.push(...page.items)
    if (after === null && page.next !== null) begun([...rows])
    after = page.next
  } while (after !== null && rows.length < most)
  return rows
}

/** Changes something; `null` where nothing is answered. Throws an `ApiError`. */
export const send = async <M extends Exclude<Method, 'GET'>, const P extends string>(
  method: M,
  path: P & PathFor<M, P>,
  body?: BodyOf<M, P>,
): Promise<AnswerOf<M, P>> => {
  const headers: Record<string, string> = {}
  if (body !== undefined) headers['content-type'] = 'application/json'
  if (csrf !== null) headers['x-gatehouse-csrf'] = csrf
  const init = { method, headers, ...(body === undefined ? {} : { body: JSON.stringify(body) }) }
  const response = await request(path, init)
  return (await contentOf(response)) as AnswerOf<M, P>
}

/** Sends a file as it is. Throws an `ApiError`. */
export const upload = async (path: string, file: File): Promise<void> => {
  const headers = {
    'content-type': 'application/octet-stream',
    ...(csrf === null ? {} : { 'x-gatehouse-csrf': csrf }),
  }
  await request(path, { method: 'POST', headers, body: file })
}

/** Who is signed in; remembers what changes must carry. */
export const readAuth = async (): Promise<AuthState> => keepCsrf(await get('/auth'))

/** Remembers what changes must carry. */
export const keepCsrf = (state: AuthState): AuthState => {
  csrf = state.csrf
  return state
}
