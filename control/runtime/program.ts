import { existsSync, readdirSync, statSync } from 'node:fs'
import { delimiter, join } from 'node:path'
import { run } from './exec.ts'
import type { ToolSource } from './tools.ts'

/** Resolves a path with `*` folders to the last match that exists; `null` = none. */
export function expand(pattern: string): string | null {
  let found = [pattern.startsWith('/') ? '/' : '.']
  for (const part of pattern.split('/').filter((it) => it !== '')) {
    found = found.flatMap((folder) => {
      if (part !== '*') return [join(folder, part)]
      return existsSync(folder) ? readdirSync(folder).map((name) => join(folder, name)) : []
    })
  }
  return (
    found
      .filter((path) => existsSync(path))
      .sort()
      .at(-1) ?? null
  )
}

/** Finds a program on the machine: a bare name in PATH, or a path. */
export function findOnMachine(names: readonly string[]): string | null {
  for (const name of names) {
    if (name.includes('/')) {
      const path = expand(name)
      if (path !== null) return path
      continue
    }
    for (const folder of (process.env['PATH'] ?? '').split(delimiter)) {
      const path = join(folder, name)
      if (folder !== '' && existsSync(path)) return path
    }
  }
  return null
}

/** Every folder below the root with shared libraries, for the loader's search path. */
export function libraryFolders(root: string): string[] {
  const found: string[] = []
  const visit = (folder: string, depth: number) => {
    const names = existsSync(folder) ? readdirSync(folder) : []
    if (names.some((name) => /^lib.+\.so(\.|$)/.test(name))) found.push(folder)
    for (const name of depth > 0 ? names : []) {
      const path = join(folder, name)
      if (statSync(path, { throwIfNoEntry: false })?.isDirectory() === true) visit(path, depth - 1)
    }
  }
  visit(join(root, 'lib'), 2)
  visit(join(root, 'usr/lib'), 2)
  return found
}

/** The command that runs an unpacked program with its own libraries. */
export function unpackedArgv(root: string, source: ToolSource): string[] | null {
  const program = expand(join(root, source.program))
  if (program === null) return null
  const path = libraryFolders(root).join(':')
  if (source.suite === 'testing') {
    const loader = expandLoader(root)
    return loader === null ? null : [loader, '--library-path', path, program]
  }
  const folders = Object.entries(source.folders ?? {}).flatMap(([name, folder]) => {
    const found = expand(join(root, folder))
    return found === null ? [] : [`${name}=${found}`]
  })
  const env = ['/usr/bin/env', `LD_LIBRARY_PATH=${path}`, ...folders]
  return source.isFixed === true
    ? [...env, ...overUsr(root), program.slice(root.length)]
    : [...env, program]
}

/** Command prefix that mounts the root over `/usr` for one program: mount_namespaces(7), and user_namespaces(7) where not run as root. */
function overUsr(root: string): string[] {
  const own = process.getuid?.() === 0 ? [] : ['--map-root-user']
  const mount = 'mount -t overlay -o "lowerdir=$0/usr:/usr" overlay /usr && exec "$@"'
  return ['unshare', '--mount', ...own, 'sh', '-c', mount, root]
}

function expandLoader(root: string): string | null {
  for (const folder of ['usr/lib/*', 'usr/lib', 'lib64', 'usr/lib64', 'lib']) {
    const path = expand(join(root, folder))
    const name =
      path === null ? undefined : readdirSync(path).find((it) => /^ld-linux.*\.so/.test(it))
    if (path !== null && name !== undefined) return join(path, name)
  }
  return null
}

/** The version a program prints; `null` where it does not run. */
export async function versionOf(
  argv: readonly string[],
  source: ToolSource,
): Promise<string | null> {
  const out = await run([...argv, ...source.versionArgs], { timeoutMs: 30_000 })
  if (out.code !== 0) return null
  const found = (source.versionPattern ?? /(\d+(?:\.\d+)+)/).exec(`${out.stdout}\n${out.stderr}`)
  return found?.[1] ?? null
}

/** Whether a version is at least a tool's `least`. */
export function isNewEnough(
  version: string,
  least: readonly [number, number] | undefined,
): boolean {
  if (least === undefined) return true
  const [major = 0, minor = 0] = version.split('.').map(Number)
  return major > least[0] || (major === least[0] && minor >= least[1])
}
