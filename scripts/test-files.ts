import { existsSync, readdirSync, statSync } from 'node:fs'
import { join, relative, resolve, sep } from 'node:path'
import { Failure } from '../control/runtime/failure.ts'

/** One kind per speed: `unit` needs nothing, `server` starts real Redis, nginx, PostgreSQL and players. */
export type TestKind = 'unit' | 'server'

/** Folders below `test/` whose tests start servers; elsewhere the name ends in `.server.test.ts`. */
const SERVER_FOLDERS = ['edge', 'redis', 'players', 'e2e']

/** The files of each kind as globs from the root of the repository. */
export const TEST_GLOBS = {
  all: 'test/**/*.test.ts',
  server: [`test/{${SERVER_FOLDERS.join(',')}}/**/*.test.ts`, 'test/**/*.server.test.ts'],
}

/** Whether real players run in it, whose pace is their own: only theirs may fail once. */
export const isPlayersTest = (file: string): boolean => file.startsWith('test/players/')

/** The kind of a file named from the root; null when it is no test. */
export function kindOf(file: string): TestKind | null {
  if (!/^test\/.*\.test\.ts$/.test(file)) return null
  const isServer = file.endsWith('.server.test.ts') || SERVER_FOLDERS.includes(folderOf(file))
  return isServer ? 'server' : 'unit'
}

const folderOf = (file: string) => file.split('/')[1] ?? ''

/**
 * The test files that were asked for, by kind, named from the root. `names` are files or folders, relative to the working folder or to
 * the root; fails with a sentence where one is not there or holds no test.
 */
export function chosenFiles(
  root: string,
  names: readonly string[],
  workingFolder = process.cwd(),
): Record<TestKind, string[]> {
  const chosen = new Set(names.flatMap((name) => filesAt(root, name, workingFolder)))
  const ofKind = (kind: TestKind) => [...chosen].filter((file) => kindOf(file) === kind)
  return { unit: ofKind('unit'), server: ofKind('server') }
}

function filesAt(root: string, name: string, workingFolder: string): string[] {
  const path = [resolve(workingFolder, name), resolve(root, name)].find((it) => existsSync(it))
  if (path === undefined) throw new Failure(`There is no file ${name}.`)
  const within = statSync(path).isDirectory()
    ? readdirSync(path, { recursive: true, encoding: 'utf8' }).map((it) => join(path, it))
    : [path]
  const tests = within
    .map((it) => relative(root, it).split(sep).join('/'))
    .filter((it) => kindOf(it) !== null)
    .sort()
  if (tests.length === 0)
    throw new Failure(`${name} is no test file: those stand below test/ and end in .test.ts.`)
  return tests
}
