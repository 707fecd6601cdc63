/** As much of vitest as the domain's tests use, for njs: bundled in its place, so that the same tests run inside nginx. */
type Body = (...args: never[]) => unknown

interface Case {
  readonly file: string
  readonly name: string
  readonly body: () => unknown
}

const cases: Case[] = []
const names: string[] = []
let currentFile = ''

/** Called by the bundle before each file's own code. */
export function enterFile(name: string): void {
  currentFile = name
}

export function describe(name: string, body: () => void): void {
  names.push(name)
  body()
  names.pop()
}

describe.each = each(describe)

export function test(name: string, body: () => unknown): void {
  cases.push({ file: currentFile, name: [...names, name].join(' > '), body })
}

test.each = each(test)

/** For what only Node has; the condition must say so. */
test.skipIf = (condition: boolean) => (condition ? () => {} : test)

export { test as it }

function each(register: (name: string, body: () => unknown) => void) {
  return (rows: readonly unknown[]) => (name: string, body: Body) => {
    rows.forEach((row, index) => {
      const args = (Array.isArray(row) ? row : [row]) as never[]
      register(`${name} #${index}`, () => body(...args))
    })
  }
}

/** Runs the tests of one file and says what failed. */
export async function runFile(file: string): Promise<{ count: number; failures: string[] }> {
  const mine = cases.filter((it) => it.file === file)
  const failures: string[] = []
  for (const { name, body } of mine) {
    try {
      await body()
    } catch (error) {
      failures.push(`${name}: ${told(error)}`)
    }
  }
  return { count: mine.length, failures }
}

function told(error: unknown): string {
  if (!(error instanceof Error)) return String(error)
  const { message, cause } = error
  return cause === undefined ? message : `${message}; ${told(cause)}`
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null
}

function sameEntries(actual: Map<unknown, unknown> | Set<unknown>, wanted: unknown): boolean {
  if (actual instanceof Map && wanted instanceof Map) {
    const isIn = ([key, value]: [unknown, unknown]) => same(actual.get(key), value)
    return actual.size === wanted.size && [...wanted].every(isIn)
  }
  if (!(wanted instanceof Set) || actual.size !== wanted.size) return false
  return [...wanted].every((value) => actual.has(value))
}

/** Deep equality; with `partial` the expected value may leave properties out. */
function same(actual: unknown, wanted: unknown, partial = false): boolean {
  if (Object.is(actual, wanted)) return true
  if (!isRecord(actual) || !isRecord(wanted)) return false
  if (Array.isArray(actual) !== Array.isArray(wanted)) return false
  if (actual instanceof Map || actual instanceof Set) return sameEntries(actual, wanted)
  const keys = Object.keys(wanted).filter((key) => wanted[key] !== undefined)
  const own = Object.keys(actual).filter((key) => actual[key] !== undefined)
  if ((!partial || Array.isArray(actual)) && own.length !== keys.length) return false
  return keys.every((key) => same(actual[key], wanted[key], partial))
}

function show(value: unknown): string {
  const text = JSON.stringify(value, (_, it: unknown) => (typeof it === 'bigint' ? `${it}n` : it))
  return (text ?? String(value)).slice(0, 300)
}

function thrownBy(body: unknown): unknown {
  try {
    ;(body as () => unknown)()
  } catch (error) {
    return error
  }
  return null
}

function contains(actual: unknown, wanted: unknown): boolean {
  if (typeof actual === 'string') return actual.includes(String(wanted))
  return [...(actual as Iterable<unknown>)].includes(wanted)
}

function throws(actual: unknown, wanted?: unknown): boolean {
  const error = thrownBy(actual)
  if (error === null || wanted === undefined) return error !== null
  const message = told(error)
  if (wanted instanceof RegExp) return wanted.test(message)
  return typeof wanted === 'function'
    ? error instanceof (wanted as new () => object)
    : typeof wanted === 'string' && message.includes(wanted)
}

const near = (a: number, b: number, digits = 2) => Math.abs(a - b) < 10 ** -digits / 2
const n = (value: unknown) => value as number

const MATCHERS: Record<string, (actual: unknown, ...wanted: unknown[]) => boolean> = {
  toBe: (a, b) => Object.is(a, b),
  toEqual: (a, b) => same(a, b),
  toStrictEqual: (a, b) => same(a, b),
  toMatchObject: (a, b) => same(a, b, true),
  toHaveLength: (a, b) => (a as { length: number }).length === b,
  toHaveProperty: (a, b) => isRecord(a) && String(b) in a,
  toContain: contains,
  toContainEqual: (a, b) => (a as unknown[]).some((it) => same(it, b)),
  toMatch: (a, b) => (b instanceof RegExp ? b.test(String(a)) : String(a).includes(String(b))),
  toThrow: throws,
  toBeNull: (a) => a === null,
  toBeUndefined: (a) => a === undefined,
  toBeDefined: (a) => a !== undefined,
  toBeTruthy: Boolean,
  toBeFalsy: (a) => !a,
  toBeNaN: (a) => Number.isNaN(a),
  toBeInstanceOf: (a, b) => a instanceof (b as new () => object),
  toBeCloseTo: (a, b, c) => near(n(a), n(b), c === undefined ? 2 : n(c)),
  toBeGreaterThan: (a, b) => n(a) > n(b),
  toBeGreaterThanOrEqual: (a, b) => n(a) >= n(b),
  toBeLessThan: (a, b) => n(a) < n(b),
  toBeLessThanOrEqual: (a, b) => n(a) <= n(b),
}

type Assertions = Record<string, (...wanted: unknown[]) => void>

/** Only the matchers above exist; any other fails the test that asks for it. */
export function expect(actual: unknown, hint = ''): Assertions & { not: Assertions } {
  const build = (negated: boolean): Assertions =>
    Object.fromEntries(
      Object.entries(MATCHERS).map(([name, matches]) => [
        name,
        (...wanted: unknown[]) => {
          if (matches(actual, ...wanted) !== negated) return
          const not = negated ? 'not ' : ''
          throw new Error(`${hint} ${show(actual)} ${not}${name} ${wanted.map(show).join(', ')}`)
        },
      ]),
    )
  return { ...build(false), not: build(true) } as Assertions & { not: Assertions }
}
