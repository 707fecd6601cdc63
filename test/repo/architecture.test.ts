import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { packageRoot } from '../../control/config/paths.ts'

const root = packageRoot()
const text = readFileSync(join(root, 'docs/architecture.md'), 'utf8')

/** Something a page says a file exports. */
interface Claim {
  readonly name: string
  readonly path: string
}

/** What stands as `` `name` in [path](../path) ``, over line ends too. */
const claimsOf = (page: string): Claim[] =>
  [...page.matchAll(/`([A-Za-z_]\w*)` in\s+\[[^\]]+\]\(\.\.\/([^)#]+)\)/g)].map(
    ([, name = '', path = '']) => ({ name, path }),
  )

/** Links whose words are a path of the project, and another one than they lead to. */
const mislabelled = (page: string): string[] =>
  [...page.matchAll(/\[([\w./-]+\/[\w.-]+)\]\(\.\.\/([^)#]+)[^)]*\)/g)]
    .filter(([, words, path]) => words !== path)
    .map(([link]) => link)

const isExported = ({ name, path }: Claim): boolean => {
  const file = join(root, path)
  if (!existsSync(file)) return false
  const kinds = '(?:async )?function\\*?|const|let|class|interface|type'
  return new RegExp(`^export (?:${kinds}) ${name}\\b`, 'm').test(readFileSync(file, 'utf8'))
}

const questions = text
  .slice(text.indexOf('## Questions of a newcomer'), text.indexOf('## What is stable'))
  .split(/^(?=\d+\. )/m)
  .slice(1)

describe('docs/architecture.md', () => {
  test('names functions that the named files export', () => {
    const claims = claimsOf(text)
    expect(claims.length).toBeGreaterThan(40)
    expect(claims.filter((claim) => !isExported(claim))).toEqual([])
  })

  test('shows the path a link leads to', () => {
    expect(mislabelled(text)).toEqual([])
  })

  test('answers ten questions and more', () => {
    expect(questions.length).toBeGreaterThanOrEqual(10)
  })

  test.each(questions)('each by a file: %s', (question) => {
    expect(question).toMatch(/^\d+\. \*\*[^*]+\?\*\* /)
    expect(question).toMatch(/`?(?:njs|control|nginx)\/[\w./-]+/)
  })

  test('draws every folder it names in a picture or a table as it is', () => {
    const folders = [...text.matchAll(/\b(?:njs|control|nginx)\/(?:[\w-]+\/)*(?=[`\s,)])/g)]
    expect(folders.length).toBeGreaterThan(10)
    expect(folders.map(([path]) => path).filter((path) => !existsSync(join(root, path)))).toEqual(
      [],
    )
  })
})

test('the checks see a function that has gone and a link that says something else', () => {
  const bad =
    '`gone` in [njs/index.ts](../njs/index.ts) `sync` in\n[njs/handlers/sync.ts](../njs/handlers/sync.ts)'
  expect(claimsOf(bad).map(isExported)).toEqual([false, true])
  expect(mislabelled('[njs/a.ts](../njs/b.ts) [njs/b.ts](../njs/b.ts)')).toEqual([
    '[njs/a.ts](../njs/b.ts)',
  ])
})
