import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { run } from './exec.ts'
import { Failure } from './failure.ts'
import { type NginxModules, probeNjs } from './njs-probe.ts'
import { expand, findOnMachine, isNewEnough, unpackedArgv, versionOf } from './program.ts'
import { runtimeFolder } from './root.ts'
import { TOOLS, type ToolName, type ToolSource } from './tools.ts'
import { forget, unpacked } from './unpack.ts'

/** A program ready to start: append its arguments to `argv`. */
export interface Tool {
  readonly argv: readonly string[]
  readonly version: string
  /** nginx only: absolute paths for `load_module`. */
  readonly modules?: NginxModules
  /** nginx only: whether it was built with HTTP/3. */
  readonly hasHttp3?: boolean
}

/** Settings of a resolution; progress lines go to stderr by default. */
export interface ResolveOptions {
  readonly folder?: string
  readonly progress?: (line: string) => void
  /** Unpack programs even where the machine has them. */
  readonly ignoreMachine?: boolean
}

/**
 * Returns the machine's own program where it is new enough, else unpacks it below `.runtime`. Throws a
 * `Failure` where neither runs.
 */
export async function resolveTool(name: ToolName, options: ResolveOptions = {}): Promise<Tool> {
  const source = TOOLS[name]
  const progress = options.progress ?? ((line) => process.stderr.write(`${line}\n`))
  const folder = options.folder ?? runtimeFolder()
  const own = options.ignoreMachine === true ? null : await fromMachine(name, source)
  if (own !== null) return own
  for (const attempt of [1, 2]) {
    const root = await unpacked(folder, source, progress)
    const tool = await fromRoot(name, source, root)
    if (tool !== null) return tool
    // An unpacked program that does not run any more is fetched once more.
    if (attempt === 1) await forget(folder, source.bundle)
  }
  throw new Failure(
    `${name} was unpacked into ${folder} but does not run here; install ${source.packages[0]} yourself.`,
  )
}

/**
 * Resolves several programs, one after another. Throws a `Failure` for the first that is not
 * available.
 */
export async function ensureRuntime(
  names: readonly ToolName[],
  options: ResolveOptions = {},
): Promise<Partial<Record<ToolName, Tool>>> {
  const tools: Partial<Record<ToolName, Tool>> = {}
  for (const name of names) tools[name] = await resolveTool(name, options)
  return tools
}

async function fromMachine(name: ToolName, source: ToolSource): Promise<Tool | null> {
  const path = findOnMachine(source.system)
  if (path === null) return null
  const version = await versionOf(await launcher(source, [path]), source)
  if (version === null || !isNewEnough(version, source.least)) return null
  const argv = await launcher(source, [path])
  if (name !== 'nginx') return { argv, version }
  const modules = modulesBelow('/usr/lib/nginx/modules')
  if (modules === null || !(await probeNjs(argv, modules))) return null
  return { argv, version, modules, hasHttp3: await hasHttp3(argv) }
}

async function fromRoot(name: ToolName, source: ToolSource, root: string): Promise<Tool | null> {
  const plain = unpackedArgv(root, source)
  if (plain === null) return null
  const argv = await launcher(source, plain)
  const version = await versionOf(argv, source)
  if (version === null) return null
  if (name !== 'nginx') return { argv, version }
  const modules = modulesBelow(join(root, 'usr/lib/nginx/modules'))
  if (modules === null) return null
  return { argv, version, modules, hasHttp3: await hasHttp3(argv) }
}

/** nginx prints how it was built. */
async function hasHttp3(argv: readonly string[]): Promise<boolean> {
  return (await run([...argv, '-V'])).stderr.includes('--with-http_v3_module')
}

function modulesBelow(folder: string): NginxModules | null {
  const at = (file: string) => expand(join(folder, file))
  const js = at('ngx_http_js_module.so')
  if (js === null) return null
  return { js, geoip2: at('ngx_http_geoip2_module.so'), rtmp: at('ngx_rtmp_module.so') }
}

/** The unprivileged uid and gid that programs which refuse root run as. */
export const NOBODY = 65534

async function launcher(source: ToolSource, argv: readonly string[]): Promise<readonly string[]> {
  return source.unprivileged === true ? [...(await unprivileged()), ...argv] : argv
}

/** Command prefix that drops root, for programs that refuse to run as root; empty where not run as root. */
export async function unprivileged(): Promise<readonly string[]> {
  if (process.getuid?.() !== 0) return []
  const plain = ['setpriv', `--reuid=${NOBODY}`, `--regid=${NOBODY}`, '--clear-groups']
  // The program may be below a folder that only root may read.
  const reading = [...plain, '--inh-caps=+dac_read_search', '--ambient-caps=+dac_read_search']
  if (!existsSync('/usr/bin/setpriv')) {
    throw new Failure('setpriv is missing; install util-linux, or run as another user than root.')
  }
  return (await run([...reading, 'true'])).code === 0 ? reading : plain
}
