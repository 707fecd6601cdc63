import { type ParseArgsConfig, parseArgs } from 'node:util'

type Options = NonNullable<ParseArgsConfig['options']>

const finish = (text: string, code: number): never => {
  const stream = code === 0 ? process.stdout : process.stderr
  stream.write(`${text}\n`)
  process.exit(code)
}

/** The options of a script; `--help` prints the usage and ends it with 0, anything else unknown with 2. */
export const readOptions = <const T extends Options>(usage: string, options: T) => {
  if (process.argv.slice(2).includes('--help')) finish(usage, 0)
  try {
    return parseArgs({ options, strict: true, allowPositionals: false }).values
  } catch (error) {
    return finish(`${error instanceof Error ? error.message : String(error)}\n${usage}`, 2)
  }
}

/** An option that is a positive number, or its default. */
export const positive = (text: string | undefined, fallback: number): number => {
  const value = text === undefined ? fallback : Number(text)
  return value > 0 ? value : finish(`"${text}" is not a positive number`, 2)
}

/** The one value of `all` an option names, or all of them without it. */
export const oneOf = <T extends string>(
  name: string,
  text: string | undefined,
  all: readonly T[],
): readonly T[] => {
  if (text === undefined) return all
  const found = all.find((it) => it === text)
  return found === undefined
    ? finish(`--${name} "${text}" is none of ${all.join(', ')}`, 2)
    : [found]
}
