import { run } from '../../runtime/exec.ts'
import { StoreError } from '../sql/errors.ts'

/** The longest a copy may take: an hour. */
const LONGEST_MS = 3_600_000

/** The arguments that name a database, and the environment that holds its password: other users see arguments, not environments. */
const connectionOf = (
  url: string,
): { readonly argument: string; readonly env: NodeJS.ProcessEnv } => {
  const bare = new URL(url)
  const password = decodeURIComponent(bare.password)
  bare.password = ''
  const env = password === '' ? process.env : { ...process.env, PGPASSWORD: password }
  return { argument: `--dbname=${bare.href}`, env }
}

const perform = async (program: string, args: readonly string[], url: string): Promise<void> => {
  const { argument, env } = connectionOf(url)
  const { code, stderr } = await run([program, ...args, argument], { env, timeoutMs: LONGEST_MS })
  if (code === 0) return
  if (stderr.includes('ENOENT'))
    throw new StoreError(
      'store.query',
      `${program} is missing: install PostgreSQL's client programs (Debian: postgresql-client)`,
    )
  const [said = `code ${code}`] = stderr.split('\n').filter((line) => /error|fatal/i.test(line))
  throw new StoreError('store.query', `${program}: ${said.replace(/^pg_\w+: /, '').trim()}`)
}

/** Writes the database as of now into a new file by `pg_dump`, beside running work. Throws a `StoreError`. */
export const dumpPostgres = async (url: string, file: string): Promise<void> =>
  await perform(
    'pg_dump',
    ['--format=custom', '--no-owner', '--no-privileges', `--file=${file}`],
    url,
  )

/** Fills an empty database from such a file by `pg_restore`: wholly, or not at all. Throws a `StoreError`, also where the database has the tables already. */
export const restorePostgres = async (url: string, file: string): Promise<void> => {
  const how = ['--single-transaction', '--exit-on-error', '--no-owner', '--no-privileges', file]
  await perform('pg_restore', how, url).catch((error: unknown) => {
    if (!String(error).includes('already exists')) throw error
    throw new StoreError(
      'store.conflict',
      'the database has tables already: an instance is put back into an empty one',
    )
  })
}
