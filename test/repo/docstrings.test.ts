import { readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { packageRoot } from '../../control/config/paths.ts'
import { importTarget, sourceFiles } from '../support/tree/imports.ts'

const FOLDERS = ['njs', 'control', 'scripts']
const textOf = (file: string): string => readFileSync(join(packageRoot(), file), 'utf8')
const files = FOLDERS.flatMap(sourceFiles)

/** A function, class or constant as it is exported, with whether a docstring ends on the line before. */
interface Exported {
  readonly name: string
  readonly hasDocstring: boolean
}

const DECLARATION =
  /^export (?:declare )?(?:async )?(?:abstract )?(?:function\*?|class|const) (?<name>\w+)/

/** The line above a declaration, without comments to linters. */
function lineAbove(lines: readonly string[], at: number): string {
  const above = lines.slice(0, at).findLast((line) => !line.startsWith('//'))
  return above?.trimEnd() ?? ''
}

/** Functions, classes and constants a text exports where it declares them. */
function exportedBy(text: string): Exported[] {
  const lines = text.split('\n')
  return lines.flatMap((line, at) => {
    const name = DECLARATION.exec(line)?.groups?.['name']
    return name === undefined ? [] : [{ name, hasDocstring: lineAbove(lines, at).endsWith('*/') }]
  })
}

/** Names a text takes from other files, by file. */
function importedBy(
  from: string,
  text: string,
): { readonly file: string; readonly name: string }[] {
  const statement =
    /^(?:import|export)\s+(?:type\s+)?\{(?<names>[^}]*)\}\s*from\s*'(?<file>[^']+)'/gm
  return [...text.matchAll(statement)].flatMap(({ groups }) => {
    const { to, isPackage } = importTarget(from, groups?.['file'] ?? '')
    const names = (groups?.['names'] ?? '').split(',').map((one) => one.trim())
    return isPackage
      ? []
      : names
          .filter((one) => one !== '' && !one.startsWith('type '))
          .map((one) => ({ file: to, name: one.split(' as ')[0] ?? one }))
  })
}

/** `file name` of everything that a file of another folder imports. */
const used = new Set(
  files.flatMap((from) =>
    importedBy(from, textOf(from))
      .filter(({ file }) => dirname(file) !== dirname(from))
      .map(({ file, name }) => `${file} ${name}`),
  ),
)

describe('what other folders import has a docstring', () => {
  test('the search finds exports and imports', () => {
    const text = '/** What it returns. */\nexport const a = 1\nexport async function b() {}\n'
    expect(exportedBy(text)).toEqual([
      { name: 'a', hasDocstring: true },
      { name: 'b', hasDocstring: false },
    ])
    const imports = "import {\n  a,\n  type T,\n  b as c,\n} from '../x/y.ts'\n"
    expect(
      importedBy('control/z/w.ts', imports).map(({ file, name }) => `${file} ${name}`),
    ).toEqual(['control/x/y.ts a', 'control/x/y.ts b'])
    expect(used.size).toBeGreaterThan(300)
  })

  test.each(FOLDERS)('functions, classes and constants of %s', (folder) => {
    const missing = sourceFiles(folder).flatMap((file) =>
      exportedBy(textOf(file))
        .filter(({ name, hasDocstring }) => !hasDocstring && used.has(`${file} ${name}`))
        .map(({ name }) => `${file} ${name}`),
    )
    expect(missing).toEqual([])
  })
})
