import { join } from 'node:path'
import { build } from 'esbuild'
import { packageRoot } from '../../../control/config/paths.ts'
import { NODE_OPTIONS } from '../../../control/runtime/build/build.ts'

const MODULES = [
  'control/report/run.ts',
  'control/report/options.ts',
  'control/sources/tautulli/history.ts',
]

/** Bundles modules of a checkout as its programs are, and returns where: beside them, since they look for their files from there. */
const bundle = async (
  checkout: string,
  name: string,
  modules: readonly string[],
): Promise<string> => {
  const outfile = join(checkout, 'dist', name)
  const contents = modules.map((path) => `export * from './${path}'`).join('\n')
  const stdin = { contents, resolveDir: checkout, loader: 'ts' } as const
  await build({ ...NODE_OPTIONS, absWorkingDir: checkout, stdin, outfile })
  return outfile
}

/** Bundles the report of a checkout. */
export const bundleReport = (checkout: string): Promise<string> =>
  bundle(checkout, 'bench-report.mjs', MODULES)

/** Bundles what measures such a bundle: a loader of TypeScript would be measured too. */
export const bundleMeasurement = (): Promise<string> =>
  bundle(packageRoot(), 'bench-one-report.mjs', ['scripts/bench/report/one-report.ts'])
