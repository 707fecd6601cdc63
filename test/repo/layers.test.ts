import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { packageRoot } from '../../control/config/paths.ts'
import { bundledImports, type Import, readImports, sourceFiles } from '../support/tree/imports.ts'

/** From the bottom up: a folder imports from its own level and from those below. */
const LEVELS: readonly (readonly string[])[] = [
  'njs/domain',
  `njs control/backup control/beats control/client control/config control/runtime control/http control/geo control/sessions control/store control/events
   control/playlists control/epg control/pictures control/keys control/groups control/accounts control/migrate control/nginx control/people control/sentences`,
  `control/access control/detect control/respond control/sources control/report control/edge
   control/lineup control/explain control/lint control/notify control/operators`,
  'control/plugins control/routes control/schemas control/dashboard',
  `control/compose control/app.ts control/log.ts control/server.ts control/cli control/supervise control/demo`,
].map((level) => level.split(/\s+/))

/** Within the edge likewise. */
const EDGE_LEVELS = ['njs/domain', 'njs/platform', 'njs/state', 'njs/verdicts', 'njs/handlers']

/** Files that one folder may hold; more are divided where a division makes no folders import each other. */
const MOST_FILES = 14

function areaOf(path: string): string {
  if (path.startsWith('njs/domain/')) return 'njs/domain'
  return path.startsWith('njs/') ? 'njs' : path.split('/').slice(0, 2).join('/')
}

function levelOf(path: string): number {
  return LEVELS.findIndex((areas) => areas.includes(areaOf(path)))
}

function edgeLevelOf(path: string): number {
  const found = EDGE_LEVELS.findIndex((folder) => path.startsWith(`${folder}/`))
  return found < 0 ? EDGE_LEVELS.length : found
}

/** What is wrong with a set of imports, a line each. */
function wrongWays(imports: readonly Import[]): string[] {
  return imports.flatMap(({ from, to, isPackage }) => {
    if (isPackage) {
      return from.startsWith('njs/domain/') ? [`${from} imports the package ${to}`] : []
    }
    const [low, high] = [levelOf(from), levelOf(to)]
    if (low < 0 || high < 0) return [`${low < 0 ? from : to} is on no level: name it in this test`]
    const crossesEdge = areaOf(to) === 'njs' && areaOf(from) !== 'njs'
    const leavesEdge = areaOf(from) === 'njs' && !to.startsWith('njs/')
    const climbsEdge = from.startsWith('njs/') && edgeLevelOf(to) > edgeLevelOf(from)
    return high > low || crossesEdge || leavesEdge || climbsEdge ? [`${from} imports ${to}`] : []
  })
}

/** Nodes that import each other over any number of steps; `nodeOf` says what a node is. */
function circles(imports: readonly Import[], nodeOf: (path: string) => string): string[] {
  const graph = new Map<string, Set<string>>()
  for (const { from, to, isPackage } of imports) {
    if (isPackage || nodeOf(from) === nodeOf(to)) continue
    graph.set(nodeOf(from), (graph.get(nodeOf(from)) ?? new Set()).add(nodeOf(to)))
  }
  const reaches = (from: string, to: string, seen = new Set<string>()): boolean => {
    for (const next of graph.get(from) ?? []) {
      if (next === to) return true
      if (!seen.has(next) && reaches(next, to, seen.add(next))) return true
    }
    return false
  }
  return [...graph.keys()].filter((node) => reaches(node, node)).sort()
}

const written = [...readImports('njs'), ...readImports('control')]
const files = [...sourceFiles('njs'), ...sourceFiles('control')]
const folders = [...new Set(files.map((file) => dirname(file)))].sort()
const nginxFolders = readdirSync(join(packageRoot(), 'nginx'), { withFileTypes: true })
  .filter((entry) => entry.isDirectory())
  .map(({ name }) => `nginx/${name}`)
const scriptFolders = [...new Set(sourceFiles('scripts').map((file) => dirname(file)))].sort()
const testFolders = [...new Set(sourceFiles('test').map((file) => dirname(file)))].sort()

describe('imports point one way', () => {
  test('as they are written, types included', () => {
    expect(written.length).toBeGreaterThan(100)
    expect(wrongWays(written)).toEqual([])
  })

  test('as they are bundled', async () => {
    const entries = [
      'njs/index.ts',
      'control/server.ts',
      'control/cli/main.ts',
      'control/demo/origin.ts',
    ]
    const bundled = await bundledImports(
      entries.filter((it) => existsSync(join(packageRoot(), it))),
    )
    expect(bundled.length).toBeGreaterThan(20)
    expect(wrongWays(bundled)).toEqual([])
  })

  test.each([
    ['areas', areaOf],
    ['folders, at every depth', dirname],
    ['files', (path: string) => path],
  ])('no circle between %s', (_, nodeOf) => {
    expect(circles(written, nodeOf)).toEqual([])
  })

  test('nothing imports from tests or scripts', () => {
    const out = written.filter(({ to }) => /^(?:test|scripts)\//.test(to))
    expect(out).toEqual([])
  })
})

describe('every folder', () => {
  const ofPrograms = testFolders.filter((it) => /^test(?:\/(?:e2e|edge|redis|support)|$)/.test(it))
  const ofScripts = scriptFolders.filter((it) => it !== 'scripts')
  test.each([...folders, ...ofPrograms, ...ofScripts, ...nginxFolders])(
    '%s says in a sentence what it holds',
    (folder) => {
      const readme = join(packageRoot(), folder, 'README.md')
      expect(existsSync(readme), `${folder} has no README.md`).toBe(true)
      expect(readFileSync(readme, 'utf8').split('\n', 1)[0]).toMatch(/^[A-Z`].{20,}\.$/)
    },
  )

  test(`holds at most ${MOST_FILES} files`, () => {
    const large = [...folders, ...testFolders, ...scriptFolders, ...nginxFolders, 'nginx']
      .map((folder) => {
        const names = readdirSync(join(packageRoot(), folder))
        return { folder, count: names.filter((name) => /\.(?:ts|conf)$/.test(name)).length }
      })
      .filter(({ count }) => count > MOST_FILES)
    expect(large).toEqual([])
  })
})

test('the check itself sees a wrong import', () => {
  const bad = (from: string, to: string) => [{ from, to, isPackage: false }]
  expect(wrongWays(bad('njs/domain/a.ts', 'njs/handlers/check.ts'))).toHaveLength(1)
  expect(wrongWays(bad('njs/state/a.ts', 'njs/verdicts/b.ts'))).toHaveLength(1)
  expect(wrongWays(bad('control/store/a.ts', 'control/routes/b.ts'))).toHaveLength(1)
  expect(wrongWays(bad('control/routes/a.ts', 'njs/handlers/check.ts'))).toHaveLength(1)
  expect(wrongWays(bad('control/new/a.ts', 'njs/domain/b.ts'))).toHaveLength(1)
  expect(wrongWays(bad('control/routes/a.ts', 'njs/domain/b.ts'))).toEqual([])
  const areas = [
    ...bad('control/geo/a.ts', 'control/store/b.ts'),
    ...bad('control/store/c.ts', 'control/geo/d.ts'),
  ]
  expect(circles(areas, areaOf)).toEqual(['control/geo', 'control/store'])
  const third = [
    ...bad('control/access/a.ts', 'control/access/admission/b.ts'),
    ...bad('control/access/admission/c.ts', 'control/access/d.ts'),
  ]
  expect(circles(third, areaOf)).toEqual([])
  expect(circles(third, dirname)).toEqual(['control/access', 'control/access/admission'])
  const within = [
    ...bad('control/geo/a.ts', 'control/geo/b.ts'),
    ...bad('control/geo/b.ts', 'control/geo/a.ts'),
  ]
  expect(circles(within, dirname)).toEqual([])
  expect(circles(within, (path) => path)).toEqual(['control/geo/a.ts', 'control/geo/b.ts'])
})
