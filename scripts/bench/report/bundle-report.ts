import { join } from 'node:path'
import { build } from 'esbuild'
import { NODE_OPTIONS } from '../../../control/runtime/build/build.ts'

const MODULES = [
  'control/report/run.ts',
  'control/report/options.ts',
  'control/sources/tautulli/history.ts',
]

/** Bundles the report of a checkout as its programs are, and returns where: beside them, since it looks for its files from there. */
export const bundleReport = async (checkout: string): Promise<string> => {
  const outfile = join(checkout, 'dist/bench-report.mjs')
  const contents = MODULES.map((path) => `export * from './${path}'`).join('\n')
  const stdin = { contents, resolveDir: checkout, loader: 'ts' } as const
  await build({ ...NODE_OPTIONS, absWorkingDir: checkout, stdin, outfile })
  return outfile
}
