import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { packageRoot } from '../../control/config/paths.ts'
import { bundledImports, type Import, readImports } from '../support/imports.ts'

/** From the bottom up: a folder imports from its own level and from those below. */
const LEVELS: readonly (readonly string[])[] = [
  'njs/domain',
  `njs control/config control/runtime control/geo control/sessions control/store control/events
   control/playlists control/keys control/groups control/accounts control/migrate control/nginx`,
  `control/access control/detect control/respond control/sources control/report control/edge
   control/lineup control/explain control/lint`,
  'control/plugins control/routes control/schemas',
  `control/compose control/app.ts control/server.ts control/cli control/supervise control/demo`,
].map((level) => level.split(/\s+/))

function folderOf(path: string): string {
  if (path.startsWith('njs/domain/')) return 'njs/domain'
  return path.startsWith('njs/') ? 'njs' : path.split('/').slice(0, 2).join('/')
}

function levelOf(path: string): number {
  return LEVELS.findIndex((folders) => folders.includes(folderOf(path)))
}

/** What is wrong with a set of imports, a line each. */
function wrongWays(imports: readonly Import[]): string[] {
  return imports.flatMap(({ from, to, isPackage }) => {
    if (isPackage) {
      return from.startsWith('njs/domain/') ? [`${from} imports the package ${to}`] : []
    }
    const [low, high] = [levelOf(from), levelOf(to)]
    if (low < 0 || high < 0) return [`${low < 0 ? from : to} is on no level: name it in this test`]
    const crossesEdge = folderOf(to) === 'njs' && folderOf(from) !== 'njs'
    const leavesEdge = folderOf(from) === 'njs' && !to.startsWith('njs/')
    return high > low || crossesEdge || leavesEdge ? [`${from} imports ${to}`] : []
  })
}

/** Folders that import each other, over any number of steps. */
function cycles(imports: readonly Import[]): string[] {
  const graph = new Map<string, Set<string>>()
  for (const { from, to, isPackage } of imports) {
    if (isPackage || folderOf(from) === folderOf(to)) continue
    graph.set(folderOf(from), (graph.get(folderOf(from)) ?? new Set()).add(folderOf(to)))
  }
  const reaches = (from: string, to: string, seen = new Set<string>()): boolean => {
    for (const next of graph.get(from) ?? []) {
      if (next === to) return true
      if (!seen.has(next) && reaches(next, to, seen.add(next))) return true
    }
    return false
  }
  return [...graph.keys()].filter((folder) => reaches(folder, folder)).sort()
}

const written = [...readImports('njs'), ...readImports('control')]

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

  test('no folders import each other', () => {
    expect(cycles(written)).toEqual([])
  })

  test('nothing imports from tests or scripts', () => {
    const out = written.filter(({ to }) => /^(?:test|scripts)\//.test(to))
    expect(out).toEqual([])
  })
})

test('the check itself sees a wrong import', () => {
  const bad = (from: string, to: string) => [{ from, to, isPackage: false }]
  expect(wrongWays(bad('njs/domain/a.ts', 'njs/handlers/check.ts'))).toHaveLength(1)
  expect(wrongWays(bad('control/store/a.ts', 'control/routes/b.ts'))).toHaveLength(1)
  expect(wrongWays(bad('control/routes/a.ts', 'njs/handlers/check.ts'))).toHaveLength(1)
  expect(wrongWays(bad('control/new/a.ts', 'njs/domain/b.ts'))).toHaveLength(1)
  expect(wrongWays(bad('control/routes/a.ts', 'njs/domain/b.ts'))).toEqual([])
  const both = [
    ...bad('control/geo/a.ts', 'control/store/b.ts'),
    ...bad('control/store/c.ts', 'control/geo/d.ts'),
  ]
  expect(cycles(both)).toEqual(['control/geo', 'control/store'])
})
