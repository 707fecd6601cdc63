import { execFileSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { parse, stringify } from 'yaml'
import { parseConfig } from '../../control/config/load.ts'
import { packageRoot } from '../../control/config/paths.ts'
import { parseRules } from '../../control/detect/rules/rules.ts'
import { FINDING_KINDS } from '../../control/detect/types.ts'
import { configTable, fillTables, reasonTable, TABLES } from '../../scripts/docs/tables.ts'
import {
  deadLinks,
  headingAnchors,
  missingPaths,
  pages,
  unknownScripts,
  yamlBlocks,
} from './markdown.ts'

const root = packageRoot()

describe('the generated tables', () => {
  test('each mark of a page names a table, and each table stands in a page', () => {
    const marks = pages.flatMap(({ text }) =>
      [...text.matchAll(/^<!-- table:([a-z]+) -->$/gm)].map((mark) => mark[1]),
    )
    // The traces are played for their table: test/control/sessions/traces.test.ts compares it.
    expect(new Set(marks)).toEqual(new Set([...Object.keys(TABLES), 'traces']))
  })

  test.each(pages.filter(({ text }) => /^<!-- table:/m.test(text)))(
    'those of $name are in date',
    ({ text }) => {
      expect(fillTables(text, TABLES) === text, 'run: npm run docs').toBe(true)
    },
  )

  test('settings and reasons stand in docs/reference.md', () => {
    const reference = readFileSync(join(root, 'docs/reference.md'), 'utf8')
    expect(reference).toContain(configTable())
    expect(reference).toContain(reasonTable())
  })

  test('they say what the code says', () => {
    expect(reasonTable()).toContain('| `cap.streams` | ')
    expect(configTable()).toContain('| `edge.listen` | `0.0.0.0:8080` | ')
    expect(configTable()).toContain('| `groups[].networks` | – | ')
    expect(configTable()).toContain('| `sources[].name` | required | ')
  })

  test('only what stands between the marks is replaced', () => {
    const text =
      'a\n<!-- table:reasons -->\nold\n<!-- /table -->\nb\n<!-- table:other -->\nc\n<!-- /table -->\n'
    expect(fillTables(text, { reasons: 'new\n' })).toBe(text.replace('old', 'new'))
  })
})

test('every command of docs/benchmarks.md has its usage by --help', () => {
  const text = readFileSync(join(root, 'docs/benchmarks.md'), 'utf8')
  const { scripts } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as {
    scripts: Record<string, string>
  }
  const named = [...text.matchAll(/^\| `npm run ([a-z:]+)/gm)].map(([, name = '']) => name)
  expect(named.length).toBeGreaterThan(10)
  const withoutUsage = named.filter((name) => {
    const [, file = ''] = /^tsx (?:--\S+ )*(\S+)/.exec(scripts[name] ?? '') ?? []
    return !readFileSync(join(root, file), 'utf8').includes('readOptions(')
  })
  expect(withoutUsage).toEqual([])
})

describe('every page', () => {
  test('README.md has at most 250 lines', () => {
    expect(readFileSync(join(root, 'README.md'), 'utf8').split('\n').length).toBeLessThan(252)
  })

  test('every page of docs/ is linked from README.md', () => {
    const readme = readFileSync(join(root, 'README.md'), 'utf8')
    const docs = pages.map(({ name }) => name).filter((name) => name.startsWith('docs/'))
    expect(docs.filter((name) => !readme.includes(`](${name})`))).toEqual([])
  })

  test.each(pages)('$name links to files and headings that exist', (page) => {
    expect(deadLinks(page)).toEqual([])
  })

  test.each(pages)('$name names commands of package.json that exist', (page) => {
    expect(unknownScripts(page)).toEqual([])
  })

  test.each(pages)('$name names files that exist', (page) => {
    expect(missingPaths(page)).toEqual([])
  })
})

describe('lists that pages keep by hand', () => {
  const read = (name: string): string => readFileSync(join(root, name), 'utf8')

  test('docs/detection.md has every kind of finding', () => {
    const page = read('docs/detection.md')
    expect(FINDING_KINDS.filter((kind) => !page.includes(`| \`${kind}\` |`))).toEqual([])
  })

  test('docs/dashboard.md has every metric, and no other', () => {
    const named = (text: string): Set<string> =>
      new Set([...text.matchAll(/\bgatehouse_[a-z]+(?:_[a-z]+)*(?=['`])/g)].map(([name]) => name))
    const code = execFileSync('git', ['grep', '-h', "'gatehouse_[a-z_]*'", '--', 'control'], {
      cwd: root,
      encoding: 'utf8',
    })
    expect(named(code).size).toBeGreaterThan(5)
    expect(named(read('docs/dashboard.md'))).toEqual(named(code))
  })
})

describe('YAML that a page shows', () => {
  const shown = pages.flatMap((page) => {
    const blocks = yamlBlocks(page).map((code) => parse(code) as object)
    // A later block of a page goes on from the earlier ones.
    return blocks.map((block, at) => ({
      name: `${page.name}, block ${at + 1}`,
      block,
      sofar: stringify(Object.assign({}, ...blocks.slice(0, at + 1))),
    }))
  })

  test('stands in the pages that need it', () => {
    expect(shown.length).toBeGreaterThanOrEqual(7)
  })

  test.each(shown.filter(({ block }) => !('rules' in block)))(
    'is a configuration that is taken: $name',
    ({ sofar, name }) => {
      expect(() => parseConfig(sofar, name)).not.toThrow()
    },
  )

  test.each(shown.filter(({ block }) => 'rules' in block))(
    'is a rule that is taken: $name',
    ({ block }) => {
      expect(parseRules(block)).toMatchObject({ ok: true })
    },
  )
})

describe('the checks themselves', () => {
  const page = (text: string) => ({ name: 'docs/made-up.md', text })

  test('see a link to a file or a heading that is not there', () => {
    expect(deadLinks(page('[a](gone.md)'))).toEqual(['gone.md'])
    expect(deadLinks(page('[a](../README.md#no-such-heading)'))).toHaveLength(1)
    expect(deadLinks(page('[a](../README.md#60-seconds) [b](https://example.net)'))).toEqual([])
    expect(deadLinks(page('```\n[a](gone.md)\n```'))).toEqual([])
  })

  test('see a command and a file that are not there', () => {
    expect(unknownScripts(page('`npm run docs` and `npm run dosc`'))).toEqual(['dosc'])
    expect(missingPaths(page('`njs/index.ts` and `njs/gone.ts:12`'))).toEqual(['njs/gone.ts'])
    expect(missingPaths(page('`./scripts/run`, `control/access/`, `control/gone/`'))).toEqual([
      'control/gone/',
    ])
  })

  test('name headings as GitHub does', () => {
    const anchors = headingAnchors('# A `b` c?\n## A b c\n## Über: uns, & mehr\n```\n# no\n```\n')
    expect([...anchors]).toEqual(['a-b-c', 'a-b-c-1', 'über-uns--mehr'])
  })
})
