import type { Command } from 'commander'
import type { AnswerOf, Method, QueryText } from '../../client/typed-call.ts'
import { type AdminCall, callAdmin } from './admin-client.ts'
import { type GlobalOptions, withGlobals } from './context.ts'
import { isRow, print, rowsOf, table } from './output.ts'

/** Runs a call and prints its answer as JSON or by the given words. */
export const printAnswer = async <const P extends string, M extends Method = 'GET'>(
  options: GlobalOptions,
  call: AdminCall<M, P>,
  say: (result: AnswerOf<M, P>) => string,
): Promise<void> => {
  const result = await callAdmin(options, call)
  print(options.json === true ? JSON.stringify(result) : say(result))
}

/** Prints a list answer as a table with the named columns. */
export const asTable =
  (columns: readonly string[]) =>
  (result: unknown): string => {
    const next = isRow(result) ? result['next'] : null
    const more = typeof next === 'string' ? `\nmore: --after ${next}` : ''
    return table(rowsOf(result), columns) + more
  }

/** `?a=b` of those options that are set. */
export const queryOf = (
  options: Readonly<Record<string, unknown>>,
  names: readonly string[],
): QueryText => {
  const query = new URLSearchParams()
  for (const name of names) {
    const value = options[name]
    if (typeof value === 'string' || typeof value === 'number') query.set(name, String(value))
  }
  const text = query.toString()
  return text === '' ? '' : `?${text}`
}

/** Adds the paging options of lists that have an order of their own. */
export const withPages = (command: Command, limit = '1000'): Command =>
  withGlobals(command)
    .option('--limit <n>', 'rows a page', limit)
    .option('--after <cursor>', 'continue after a page')

/** The query of a page. */
export const pageQueryOf = (options: Options): QueryText => queryOf(options, ['limit', 'after'])

/** Adds the paging options of lists. */
export const withPaging = (command: Command): Command =>
  withPages(command, '100').option('--sort <field>', 'sort by a field; -field turns it round')

/** A path part. */
export const pathSegment = (text: string): string => encodeURIComponent(text)

export type Options = GlobalOptions & Readonly<Record<string, unknown>>

/** Prints the same sentence for every answer. */
export const asText = (words: string) => (): string => words

/** A command that deletes what the API keeps under `path`. */
interface Deletion extends Record<'name' | 'done' | 'description', string> {
  readonly path:
    | '/api-tokens'
    | '/destinations'
    | '/feedback'
    | '/media-servers'
    | '/rules'
    | '/tokens'
}

/** Adds `<name> <id>`, which deletes what the API keeps under `path` and says so in `done`. */
export const addDeletion = (
  command: Command,
  { name, path, done, description }: Deletion,
): void => {
  withGlobals(command.command(`${name} <id>`).description(description)).action(
    async (id: string, options: Options) => {
      const call = { method: 'DELETE', path: `${path}/${pathSegment(id)}` } as const
      await printAnswer(options, call, asText(done))
    },
  )
}
