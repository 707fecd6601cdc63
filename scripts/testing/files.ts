import { existsSync, readdirSync, statSync } from 'node:fs'
import { join, relative, resolve, sep } from 'node:path'
import { Failure } from '../../control/runtime/failure.ts'

/** `unit` needs nothing, `server` starts real Redis, nginx, PostgreSQL and players, `alone` does so with nothing running beside it. */
export type TestKind = 'unit' | 'server' | 'alone'

/** Folders below `test/` whose tests start servers; elsewhere the name ends in `.server.test.ts`. */
const SERVER_FOLDERS = ['edge', 'redis', 'players', 'e2e']

/**
 * What a starved processor makes a test see is another truth: Redis that answers too late counts as away, and each control plane counts alone; a player that is
 * late is one that paused.
 */
const ALONE = [
  'test/edge/streams/crowd.test.ts',
  'test/edge/streams/return.test.ts',
  'test/edge/streams/wait.test.ts',
  'test/e2e/machines/planes.test.ts',
  'test/e2e/machines/redis-cluster.test.ts',
  'test/redis/sessions/sessions.test.ts',
  'test/redis/sessions/sessions-cluster.test.ts',
  'test/redis/sessions/sessions-failover.test.ts',
]

/** The files that take longest, those of them first; of those with a browser each somewhat after the other, since each takes a processor. */
export const LONGEST = [
  'test/edge/traces/traces.test.ts',
  'test/players/edge.test.ts',
  'test/players/behaviours.test.ts',
  'test/e2e/dashboard/dashboard.test.ts',
  'test/e2e/authorization/life.test.ts',
  'test/edge/alone/kill.test.ts',
  'test/e2e/sessions/caps-close.test.ts',
  'test/players/interstitials.test.ts',
  'test/e2e/dashboard/demo.test.ts',
  'test/e2e/sessions/stream.test.ts',
  'test/e2e/sessions/caps.test.ts',
  'test/edge/servers/rtmp.test.ts',
  'test/e2e/dashboard/deeds.test.ts',
  'test/players/origin.test.ts',
  'test/edge/streams/reports.test.ts',
  'test/e2e/authorization/backends.test.ts',
  'test/e2e/authorization/tools.test.ts',
  'test/edge/tables/full-zones.test.ts',
  'test/redis/sessions/sessions-property.test.ts',
  'test/control/cli/detection/detection-commands.server.test.ts',
  'test/e2e/dashboard/keyboard.test.ts',
  'test/contract/store-postgres.server.test.ts',
  'test/e2e/machines/failures.test.ts',
  'test/scripts/run.server.test.ts',
  'test/e2e/machines/edges.test.ts',
  'test/e2e/dashboard/late.test.ts',
  'test/e2e/machines/hostile-requests.test.ts',
  'test/e2e/media-servers/media-servers.test.ts',
  'test/control/store/databases/duckdb.test.ts',
  'test/control/store/databases/migrate.test.ts',
  'test/control/sessions/traces.test.ts',
]

/** The files of each kind as globs from the root of the repository: `unit` are those of no other kind, `server` those that are not `alone`. */
export const TEST_GLOBS = {
  all: 'test/**/*.test.ts',
  alone: ALONE,
  server: [`test/{${SERVER_FOLDERS.join(',')}}/**/*.test.ts`, 'test/**/*.server.test.ts'],
}

/** Whether real players run in it, whose pace is their own: only theirs may fail once. */
export const isPlayersTest = (file: string): boolean => file.startsWith('test/players/')

/** The kind of a file named from the root; null when it is no test. */
export function kindOf(file: string): TestKind | null {
  if (!/^test\/.*\.test\.ts$/.test(file)) return null
  if (ALONE.includes(file)) return 'alone'
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
  return { unit: ofKind('unit'), server: ofKind('server'), alone: ofKind('alone') }
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
