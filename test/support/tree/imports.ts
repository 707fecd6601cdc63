import { readdirSync, readFileSync } from 'node:fs'
import { dirname, join, posix } from 'node:path'
import { build } from 'esbuild'
import { packageRoot } from '../../../control/config/paths.ts'

/** One import between two files of the project, or of a package (`to` is its name then). */
export interface Import {
  readonly from: string
  readonly to: string
  readonly isPackage: boolean
}

/** The TypeScript files below a folder, relative to the project. */
export function sourceFiles(folder: string): string[] {
  return readdirSync(join(packageRoot(), folder), { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.ts'))
    .map((name) => posix.join(folder, name))
}

/** Every import written in the files below a folder, types too, which a bundler does not see. */
export function readImports(folder: string): Import[] {
  const statement = /^(?:import|export)\s(?:[^'"]*?\sfrom\s)?'([^']+)'|\bimport\('([^']+)'\)/gm
  return sourceFiles(folder).flatMap((from) => {
    const text = readFileSync(join(packageRoot(), from), 'utf8')
    return [...text.matchAll(statement)].map((found) =>
      importTarget(from, found[1] ?? found[2] ?? ''),
    )
  })
}

/** What a specifier written in the file `from` names. */
export function importTarget(from: string, to: string): Import {
  if (to.startsWith('.')) return { from, to: posix.join(dirname(from), to), isPackage: false }
  const domain = /^#domain\/(.+)$/.exec(to)?.[1]
  if (domain !== undefined) return { from, to: `njs/domain/${domain}.ts`, isPackage: false }
  return { from, to, isPackage: true }
}

/** The imports esbuild follows from entry points: what really ends up together. */
export async function bundledImports(entries: readonly string[]): Promise<Import[]> {
  const { metafile } = await build({
    absWorkingDir: packageRoot(),
    entryPoints: [...entries],
    bundle: true,
    write: false,
    metafile: true,
    outdir: 'dist',
    format: 'esm',
    platform: 'node',
    packages: 'external',
    logLevel: 'silent',
  })
  return Object.entries(metafile.inputs).flatMap(([from, { imports }]) =>
    imports.map(({ path, external }) => ({ from, to: path, isPackage: external === true })),
  )
}
