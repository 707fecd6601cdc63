import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { build, type Plugin } from 'esbuild'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { packageRoot } from '../../../control/config/paths.ts'
import { EDGE_OPTIONS } from '../../../control/runtime/build/build.ts'
import { startNginx, type TestNginx } from '../../support/nginx/nginx.ts'

// The domain decides at the edge, so its tests must hold on the engine that runs there, not on Node's alone.
const folder = join(packageRoot(), 'test/domain')
const support = join(packageRoot(), 'test/support/nginx')
// Those that read recordings or nginx's files find them in Node only, and only there is processor time told.
const needsNode = (name: string) =>
  /'node:fs'|process\.cpuUsage/.test(readFileSync(join(folder, name), 'utf8'))
const files = readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter(
  (name) => name.endsWith('.test.ts') && !needsNode(name),
)
let nginx: TestNginx

/** Puts our small vitest in the place of the real one, and Node's modules in njs's. */
const inNjs: Plugin = {
  name: 'in-njs',
  setup(job) {
    const ours = join(support, 'njs-fast-check.ts')
    job.onResolve({ filter: /^vitest$/ }, () => ({ path: join(support, 'njs-vitest.ts') }))
    job.onResolve({ filter: /^fast-check$/ }, ({ importer }) =>
      importer === ours ? null : { path: ours },
    )
    job.onResolve({ filter: /^node:/ }, ({ path }) => ({ path: path.slice(5), external: true }))
  },
}

async function bundle(): Promise<string> {
  // Loaded on request: what fails at the top of a file is told, where at the top of the bundle njs would only say "not found".
  const contents = [
    "import { enterFile, runFile } from './test/support/nginx/njs-vitest.ts'",
    'const files = {',
    ...files.map((name) => `  '${name}': () => require('./test/domain/${name}'),`),
    '}',
    'async function run(r) {',
    '  const name = r.args.file',
    '  try {',
    '    enterFile(name)',
    '    files[name]()',
    '    r.return(200, JSON.stringify(await runFile(name)))',
    '  } catch (error) {',
    '    r.return(200, JSON.stringify({ count: 0, failures: [`${error}\\n${error.stack}`] }))',
    '  }',
    '}',
    'export default { run }',
  ].join('\n')
  const { outputFiles } = await build({
    ...EDGE_OPTIONS,
    stdin: { contents, resolveDir: packageRoot(), loader: 'ts' },
    // njs hides the constructor that fast-check takes apart for its own safety.
    banner: { js: 'globalThis.Function ??= (() => {}).constructor;' },
    mainFields: ['module', 'main'],
    plugins: [inNjs],
    write: false,
    logLevel: 'silent',
  })
  return outputFiles[0]?.text ?? ''
}

beforeAll(async () => {
  nginx = await startNginx({
    files: { 'domain.js': await bundle() },
    conf: `js_import domain.js; js_context_reuse_max_size 256m;
      server { listen 127.0.0.1:__PORT__; location / { return 204; } location = /run { js_content domain.run; } }`,
  })
})
afterAll(() => nginx?.stop())

test.each(files)('%s holds in njs', async (name) => {
  const response = await fetch(`${nginx.url}/run?file=${name}`)
  expect(response.status, nginx.errorLog()).toBe(200)
  const { count, failures } = (await response.json()) as { count: number; failures: string[] }
  expect(failures).toEqual([])
  expect(count).toBeGreaterThan(0)
})
