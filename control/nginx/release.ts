import { createHash } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { parseConfig } from '../config/load.ts'
import { packageRoot, statePaths } from '../config/paths.ts'
import type { Config } from '../config/schema/schema.ts'
import { versionOf } from '../config/version.ts'
import { say } from '../sentences/sentences.ts'
import { nginxSettings } from './from-config.ts'
import { renderIncludes } from './render.ts'
import type { FilesMark, NginxSettings } from './settings.ts'
import { loadTemplates, type Templates } from './template.ts'

/** The bundle as it was built. */
export const builtBundle = (): Buffer => readFileSync(join(packageRoot(), 'dist/edge.js'))

const HASH_LENGTH = 10

const hash = (...parts: readonly (string | Uint8Array)[]): string => {
  const sum = createHash('sha256')
  for (const part of parts) sum.update(part).update('\0')
  return sum.digest('hex').slice(0, HASH_LENGTH)
}

/** Where the machine makes no difference. */
export const SOME_MACHINE = { modules: { js: '', geoip2: null }, user: null, errorLog: '' }

/** The files without what differs by where they lie, and by the machine's own DNS servers. */
const hashOfFiles = (
  settings: NginxSettings,
  templates: Templates,
  hasOwnResolver: boolean,
): string => {
  const anywhere = { ...settings, confDir: '/', bundle: '/edge.js', mark: null }
  const resolver = hasOwnResolver ? settings.resolver : null
  return hash(JSON.stringify(renderIncludes({ ...anywhere, resolver }, templates)))
}

/** A configuration that is the same everywhere. */
const SAMPLE = 'groups: [ { name: everyone, default: true } ]'

const releaseOf = (templates: Templates, bundle: Buffer): string => {
  const { config } = parseConfig(SAMPLE, '/gatehouse.yaml')
  const settings = nginxSettings(config, statePaths('/'), SOME_MACHINE)
  return `${versionOf()}-${hash(bundle, hashOfFiles(settings, templates, false))}`
}

const own: { release?: string; templates?: Templates } = {}

/** The templates as they were when this process first asked: an upgrade may replace them while it runs. */
export const ownTemplates = (): Templates =>
  (own.templates ??= loadTemplates(join(packageRoot(), 'nginx')))

/** The mark of files that this process writes with these settings. */
export const markOf = (settings: NginxSettings, { edge }: Config): FilesMark => ({
  release: (own.release ??= releaseOf(ownTemplates(), builtBundle())),
  files: hashOfFiles(settings, ownTemplates(), edge.resolver.length > 0),
})

const numbersOf = (release: string): number[] =>
  (/^(\d+)\.(\d+)\.(\d+)/.exec(release)?.slice(1) ?? []).map(Number)

/** Below 0 where `a` is of an older version than `b`. */
const compareVersions = (a: string, b: string): number => {
  const [left, right] = [numbersOf(a), numbersOf(b)]
  return [0, 1, 2]
    .map((at) => (left[at] ?? 0) - (right[at] ?? 0))
    .reduce((first, next) => (first === 0 ? next : first), 0)
}

/**
 * What is wrong with the files an edge runs with, as a sentence; `null` = nothing. `ours.files` counts for the edge whose settings this machine has: empty for
 * others.
 */
export const filesComplaint = (told: Partial<FilesMark>, ours: FilesMark): string | null => {
  const { release: theirs = '' } = told
  if (theirs !== ours.release) {
    const values = {
      theirs: theirs === '' ? say('edge.release_unnamed') : theirs,
      ours: ours.release,
    }
    const order = theirs === '' ? -1 : compareVersions(theirs, ours.release)
    if (order === 0) return say('edge.release_other', values)
    return order < 0 ? say('edge.release_older', values) : say('edge.release_newer', values)
  }
  return ours.files === '' || told.files === ours.files ? null : say('edge.settings_other')
}
