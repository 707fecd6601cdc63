import type { Statement } from '../blocks.ts'

/** A location that depends on the variable. */
export interface GeoLocation {
  readonly statement: Statement
  /** Nearest `root` around it. */
  readonly root: string | null
}

const uses = (statement: Statement, variable: string): boolean =>
  statement.args.some(({ text }) => mentions(text, variable)) ||
  (statement.block?.some((inner) => uses(inner, variable)) ?? false)

const mentions = (text: string, variable: string): boolean =>
  new RegExp(`\\${variable}(?![A-Za-z0-9_])|\\$\\{${variable.slice(1)}\\}`).test(text)

const rootIn = (block: readonly Statement[]): string | null =>
  block.find(({ name }) => name === 'root')?.args[0]?.text ?? null

/** Every location that uses the variable, wherever it stands. */
export const findGeoLocations = (
  statements: readonly Statement[],
  variable: string,
  root: string | null = null,
): GeoLocation[] => {
  const here = rootIn(statements) ?? root
  return statements.flatMap((statement) => {
    if (statement.block === null || statement.name === 'geo') return []
    const isPlace = statement.name === 'location' && uses(statement, variable)
    return isPlace
      ? [{ statement, root: rootIn(statement.block) ?? here }]
      : findGeoLocations(statement.block, variable, here)
  })
}
