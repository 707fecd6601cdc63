import { createHash } from 'node:crypto'
import { existsSync, mkdirSync, readFileSync, renameSync, rmSync } from 'node:fs'
import { basename, join } from 'node:path'
import { openApt } from './apt.ts'
import { run } from './exec.ts'
import { DISK_FULL, Failure, isDiskFullMessage } from './failure.ts'
import { locked, type PackageRecord, readManifest, writeManifest } from './manifest.ts'
import type { ToolSource } from './tools.ts'

/**
 * Unpacks a tool's packages below `.runtime/<bundle>` unless that was done before; returns the
 * root. Throws a `Failure` where packages cannot be fetched or the disk is full.
 */
export async function unpacked(
  folder: string,
  source: ToolSource,
  progress: (line: string) => void,
): Promise<string> {
  const root = join(folder, source.bundle)
  if (isDone(folder, source, root)) return root
  return locked(folder, progress, async () => {
    if (isDone(folder, source, root)) return root
    await unpack(folder, source, progress)
    return root
  })
}

/** Removes a tool from the manifest, so that the next use unpacks it again. */
export async function forget(folder: string, bundle: string): Promise<void> {
  await locked(
    folder,
    () => {},
    async () => {
      const { [bundle]: _gone, ...rest } = readManifest(folder)
      writeManifest(folder, rest)
      rmSync(join(folder, bundle), { recursive: true, force: true })
    },
  )
}

function isDone(folder: string, source: ToolSource, root: string): boolean {
  return readManifest(folder)[source.bundle] !== undefined && existsSync(root)
}

async function unpack(
  folder: string,
  source: ToolSource,
  progress: (line: string) => void,
): Promise<void> {
  const draft = join(folder, `draft-${source.bundle}`)
  rmSync(draft, { recursive: true, force: true })
  mkdirSync(join(draft, 'root'), { recursive: true })
  try {
    progress(`Fetching ${source.bundle}: package lists …`)
    const apt = await openApt(join(folder, 'apt'), source.suite)
    const choices = await apt.choose(source.packages)
    const megabytes = Math.ceil(choices.reduce((sum, { bytes }) => sum + bytes, 0) / 1e6)
    progress(
      `Fetching ${source.bundle}: ${choices.length} packages, ${megabytes} MB, from Debian ${apt.suiteName} …`,
    )
    const files = await apt.download(choices, join(draft, 'debs'))
    progress(`Unpacking ${source.bundle} …`)
    const packages = []
    for (const file of files) packages.push(await extract(file, join(draft, 'root')))
    const root = join(folder, source.bundle)
    rmSync(root, { recursive: true, force: true })
    renameSync(join(draft, 'root'), root)
    const record = { suite: apt.suiteName, unpackedAt: new Date().toISOString(), packages }
    writeManifest(folder, { ...readManifest(folder), [source.bundle]: record })
  } finally {
    rmSync(draft, { recursive: true, force: true })
  }
}

async function extract(file: string, root: string): Promise<PackageRecord> {
  const out = await run(['dpkg-deb', '-x', file, root], { timeoutMs: 300_000 })
  if (out.code !== 0) {
    if (isDiskFullMessage(out.stderr)) throw new Failure(DISK_FULL)
    throw new Failure(
      `${basename(file)} could not be unpacked: ${out.stderr.trim()}; delete .runtime and run it again.`,
    )
  }
  const [name = '', version = ''] = basename(file).split('_')
  const sha256 = createHash('sha256').update(readFileSync(file)).digest('hex')
  return { name, version: decodeURIComponent(version), sha256 }
}
