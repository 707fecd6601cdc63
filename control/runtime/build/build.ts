import { existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { basename, dirname, join, relative } from 'node:path'
import { type BuildOptions, build as bundle, type PluginBuild, stop } from 'esbuild'
import { packageRoot } from '../../config/paths.ts'
import { Failure } from '../failure.ts'
import { buildPages } from './build-pages.ts'

/** The edge's bundle: one default export; njs's built-in modules stay imports. */
export const EDGE_OPTIONS: BuildOptions = {
  bundle: true,
  format: 'esm',
  platform: 'neutral',
  target: 'es2023',
  external: ['crypto', 'fs', 'buffer', 'querystring', 'zlib'],
  legalComments: 'none',
  // Constants stand where they are used: in QuickJS each is looked up otherwise. Names stay, for the log.
  minifySyntax: true,
}

/**
 * The programs' bundles: project and npm packages in one file each, since Node takes many times longer to load a thousand small ones. Packages with
 * native modules are not bundled.
 */
export const NODE_OPTIONS: BuildOptions = {
  bundle: true,
  format: 'esm',
  platform: 'node',
  target: 'node20',
  external: ['@duckdb/node-bindings', '@node-rs/argon2', 'esbuild', 'libsql', 'pg-native'],
  // Bundled CommonJS needs `require` and `__dirname`, which an ES module does not have.
  banner: {
    js: `import { createRequire as __createRequire } from 'node:module'
const require = __createRequire(import.meta.url), __dist = import.meta.dirname;`,
  },
  plugins: [{ name: 'own-folder', setup: inlineOwnFolder }],
  sourcemap: 'linked',
  sourcesContent: false,
}

const PROGRAMS = {
  run: 'scripts/run.ts',
  runtime: 'scripts/runtime.ts',
  server: 'control/server.ts',
  cli: 'control/cli/main.ts',
  origin: 'control/demo/origin.ts',
  'guide-worker': 'control/epg/worker/guide-worker.ts',
}

/** Keeps the original folder for a bundled package that reads files beside its own, such as the pages of Swagger UI. */
function inlineOwnFolder(building: PluginBuild): void {
  building.onLoad({ filter: /[\\/]node_modules[\\/].*\.c?js$/ }, async ({ path }) => {
    const text = await readFile(path, 'utf8')
    if (!/\b__dirname\b/.test(text)) return null
    const folder = JSON.stringify(relative(join(packageRoot(), 'dist'), dirname(path)))
    return { contents: `var __dirname = require('node:path').join(__dist, ${folder});${text}` }
  })
}

/**
 * Bundles everything into `dist`; unchanged files are left alone. Throws a `Failure` where the
 * build fails.
 */
export async function build(progress: (line: string) => void): Promise<void> {
  const root = packageRoot()
  const jobs: BuildOptions[] = [
    { ...EDGE_OPTIONS, entryPoints: { edge: join(root, 'njs/index.ts') } },
    {
      ...NODE_OPTIONS,
      entryPoints: Object.fromEntries(
        Object.entries(PROGRAMS).map(([name, path]) => [name, join(root, path)]),
      ),
    },
  ]
  progress('Building …')
  try {
    for (const job of jobs) await buildOne(job, join(root, 'dist'))
    await buildPages(join(root, 'dist/dashboard'))
  } finally {
    // esbuild's process would keep running.
    await stop()
  }
}

async function buildOne(options: BuildOptions, outdir: string): Promise<void> {
  const settings = { ...options, outdir, write: false, logLevel: 'silent' } as const
  const result = await bundle(settings).catch((error: unknown) => {
    const lines = error instanceof Error ? error.message : String(error)
    throw new Failure(`The build failed: ${lines.split('\n').slice(0, 3).join(' ')}`)
  })
  mkdirSync(outdir, { recursive: true })
  for (const { path, contents } of result.outputFiles ?? []) replace(path, contents, outdir)
}

function replace(path: string, contents: Uint8Array, folder: string): void {
  if (existsSync(path) && readFileSync(path).equals(contents)) return
  // Written beside and renamed, since a running instance may read the file meanwhile.
  const draft = join(folder, `.${basename(path)}.${process.pid}`)
  writeFileSync(draft, contents)
  renameSync(draft, path)
}
