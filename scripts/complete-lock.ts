import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { packageRoot } from '../control/config/paths.ts'

/**
 * Names in package-lock.json the platform builds that npm left out because they could not be looked up when the lock was written. Without them
 * `npm ci` refuses the lock, and other processors would miss their binaries. Run it after changing a dependency.
 */
interface Entry {
  version?: string
  dev?: boolean
  optional?: boolean
  os?: string[]
  cpu?: string[]
  libc?: string[]
  optionalDependencies?: Record<string, string>
}

const SYSTEMS = [
  'aix',
  'android',
  'darwin',
  'freebsd',
  'linux',
  'netbsd',
  'openbsd',
  'openharmony',
  'sunos',
  'win32',
]
const PROCESSORS = [
  'arm64',
  'arm',
  'ia32',
  'loong64',
  'mips64el',
  'ppc64',
  'riscv64',
  's390x',
  'x64',
]

/** The lock with an entry for every optional dependency, those added without a hash. */
export function completeLock(packages: Record<string, Entry>): Record<string, Entry> {
  const added: Record<string, Entry> = {}
  for (const owner of Object.values(packages)) {
    for (const [name, version] of Object.entries(owner.optionalDependencies ?? {})) {
      const key = `node_modules/${name}`
      if (key in packages || !/^\d/.test(version)) continue
      added[key] = {
        version,
        ...platformOf(name),
        optional: true,
        ...(owner.dev === true ? { dev: true } : {}),
      }
    }
  }
  return Object.fromEntries(
    Object.entries({ ...packages, ...added }).sort(([a], [b]) => (a < b ? -1 : 1)),
  )
}

function platformOf(name: string): Entry {
  const words = name.replace('wasm32-wasi', 'wasm32').split(/[^a-z0-9]/)
  const os = SYSTEMS.find((it) => words.includes(it))
  const cpu = words.includes('wasm32') ? 'wasm32' : PROCESSORS.find((it) => words.includes(it))
  const libc = words.some((it) => it.startsWith('musl')) ? 'musl' : 'glibc'
  return {
    ...(os === undefined ? {} : { os: [os] }),
    ...(cpu === undefined ? {} : { cpu: [cpu] }),
    ...(os === 'linux' ? { libc: [libc] } : {}),
  }
}

if (process.argv[1] === import.meta.filename) {
  const file = join(packageRoot(), 'package-lock.json')
  const lock = JSON.parse(readFileSync(file, 'utf8')) as { packages: Record<string, Entry> }
  const packages = completeLock(lock.packages)
  writeFileSync(file, `${JSON.stringify({ ...lock, packages }, null, 2)}\n`)
}
