import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { Failure } from './failure.ts'

/** A Debian archive of the machine's apt configuration. */
export interface AptSource {
  readonly uri: string
  readonly suites: readonly string[]
  readonly components: readonly string[]
  readonly signedBy: string | null
}

/** Parses a deb822 file (`debian.sources`; sources.list(5)). */
export function parseDeb822(text: string): AptSource[] {
  return text
    .split(/\n\s*\n/)
    .map(fieldsOf)
    .filter(
      (fields) => words(fields.get('types')).includes('deb') && fields.get('enabled') !== 'no',
    )
    .flatMap((fields) =>
      words(fields.get('uris')).map((uri) => ({
        uri,
        suites: words(fields.get('suites')),
        components: words(fields.get('components')),
        signedBy: keyring(fields.get('signed-by')),
      })),
    )
}

/** Parses a one-line-style file (`sources.list`; sources.list(5)). */
export function parseOneLine(text: string): AptSource[] {
  return text.split('\n').flatMap((line) => {
    const found = /^deb\s+(?:\[(?<options>[^\]]*)\]\s+)?(?<uri>\S+)\s+(?<rest>.+)$/.exec(
      line.trim(),
    )
    const groups = found?.groups
    if (groups === undefined) return []
    const [suite = '', ...components] = words(groups['rest']?.replace(/#.*$/, ''))
    const signed = /signed-by=(\S+)/.exec(groups['options'] ?? '')?.[1]
    return [{ uri: groups['uri'] ?? '', suites: [suite], components, signedBy: keyring(signed) }]
  })
}

/** Every archive in the machine's own apt configuration. */
export function machineSources(etc = '/etc/apt'): AptSource[] {
  const found: AptSource[] = []
  const single = join(etc, 'sources.list')
  if (existsSync(single)) found.push(...parseOneLine(readFileSync(single, 'utf8')))
  const folder = join(etc, 'sources.list.d')
  for (const name of existsSync(folder) ? readdirSync(folder).sort() : []) {
    const path = join(folder, name)
    if (name.endsWith('.sources')) found.push(...parseDeb822(readFileSync(path, 'utf8')))
    if (name.endsWith('.list')) found.push(...parseOneLine(readFileSync(path, 'utf8')))
  }
  return found
}

/** The archive of this machine's release, where other suites are looked for too. */
export function debianArchive(sources: readonly AptSource[], codename: string): AptSource {
  const main = sources.find((it) => it.suites.includes(codename) && it.components.includes('main'))
  if (main === undefined) {
    throw new Failure(
      `No Debian archive for "${codename}" is configured in /etc/apt; add one (see sources.list(5)) or install the program yourself.`,
    )
  }
  return main
}

/** The release's code name from /etc/os-release. */
export function machineCodename(text = readFileSync('/etc/os-release', 'utf8')): string {
  const field = (name: string) => new RegExp(`^${name}="?([^"\\n]*)"?$`, 'm').exec(text)?.[1]
  const codename = field('VERSION_CODENAME')
  if (field('ID') !== 'debian' || codename === undefined) {
    throw new Failure(
      'Programs are unpacked from Debian packages only; on this system install nginx 1.30 with njs 1.0.2, and redis 7, yourself.',
    )
  }
  return codename
}

function fieldsOf(block: string): Map<string, string> {
  const fields = new Map<string, string>()
  let name = ''
  for (const line of block.split('\n')) {
    if (line.startsWith('#')) continue
    const start = /^([A-Za-z-]+):\s*(.*)$/.exec(line)
    if (start !== null) name = start[1]?.toLowerCase() ?? ''
    const text = start === null ? line.trim() : (start[2] ?? '')
    fields.set(name, `${fields.get(name) ?? ''} ${text}`.trim())
  }
  return fields
}

function words(text: string | undefined): string[] {
  return (text ?? '').split(/\s+/).filter((word) => word !== '')
}

function keyring(text: string | undefined): string | null {
  const first = words(text)[0]
  return first?.startsWith('/') === true ? first : null
}
