import { existsSync, mkdirSync, readdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { type Outcome, run } from './exec.ts'
import { DISK_FULL, Failure, isDiskFullMessage } from './failure.ts'
import { findOnMachine } from './program.ts'
import { debianArchive, machineCodename, machineSources } from './sources.ts'
import type { Suite } from './tools.ts'

/** A package of apt's installation plan. */
export interface Choice {
  readonly name: string
  readonly version: string
  readonly bytes: number
}

/** apt with lists and cache of its own, so that it needs no root and leaves the system's state alone. */
export interface PrivateApt {
  readonly suiteName: string
  choose(packages: readonly string[]): Promise<Choice[]>
  download(choices: readonly Choice[], folder: string): Promise<string[]>
}

const KEYRING = '/usr/share/keyrings/debian-archive-keyring.gpg'
const LIBC = /^(libc6|libc-bin|libc-gconv-modules-extra|libc-l10n|locales)$/

/** Prepares the private apt of one suite below `folder` and refreshes its lists. */
export async function openApt(folder: string, suite: Suite): Promise<PrivateApt> {
  requirePrograms(['apt-get', 'apt-config', 'dpkg-deb'])
  const codename = machineCodename()
  const suiteName = suite === 'testing' ? 'testing' : codename
  const home = join(folder, suiteName)
  const env = await configure(home, suite, suiteName)
  const update = await run(['apt-get', '-q', 'update'], { env, timeoutMs: 300_000 })
  const fetched = existsSync(join(home, 'state/lists'))
    ? readdirSync(join(home, 'state/lists')).some((name) => name.includes('_Packages'))
    : false
  if (update.code !== 0 && !fetched) throw unreachable(suiteName, update)
  return {
    suiteName,
    choose: (packages) => choose(packages, env, suite),
    download: (choices, target) => download(choices, target, env),
  }
}

function requirePrograms(names: readonly string[]): void {
  const missing = names.find((name) => findOnMachine([name]) === null)
  if (missing === undefined) return
  throw new Failure(
    `${missing} is missing; install apt and dpkg, or what is to be fetched (nginx 1.30 with njs 1.0.2, redis 7) yourself.`,
  )
}

async function configure(home: string, suite: Suite, name: string): Promise<NodeJS.ProcessEnv> {
  for (const sub of ['state/lists/partial', 'cache/archives/partial', 'etc/empty', 'log']) {
    mkdirSync(join(home, sub), { recursive: true })
  }
  const archive = debianArchive(machineSources(), machineCodename())
  const signed = existsSync(KEYRING) ? KEYRING : archive.signedBy
  const option = signed === null ? '' : `[signed-by=${signed}] `
  const suites = suite === 'testing' ? [name] : [name, `${name}-updates`]
  const lines = suites.map((it) => `deb ${option}${archive.uri} ${it} main\n`)
  writeFileSync(join(home, 'etc/sources.list'), lines.join(''))
  writeFileSync(join(home, 'status'), '')
  writeFileSync(join(home, 'apt.conf'), await settings(home, suite))
  return { ...process.env, APT_CONFIG: join(home, 'apt.conf'), LC_ALL: 'C' }
}

async function settings(home: string, suite: Suite): Promise<string> {
  const own = await run(['apt-config', 'dump', 'Acquire'])
  if (own.code !== 0) throw new Failure(`apt-config does not run: ${firstError(own)}; mend apt.`)
  // The machine's settings such as proxies apply; its hooks do not, since they change its own caches.
  const kept = own.stdout.split('\n').filter((it) => !it.includes('::IndexTargets'))
  const empty = join(home, 'etc/empty')
  return [
    ...kept,
    `Dir::Etc::Parts "${empty}";`,
    `Dir::Etc::Main "${empty}/none";`,
    `Dir::Etc::SourceList "${home}/etc/sources.list";`,
    `Dir::Etc::SourceParts "${empty}";`,
    `Dir::Etc::Preferences "${empty}/none";`,
    `Dir::Etc::PreferencesParts "${empty}";`,
    `Dir::State "${home}/state";`,
    `Dir::State::status "${suite === 'testing' ? join(home, 'status') : '/var/lib/dpkg/status'}";`,
    `Dir::Cache "${home}/cache";`,
    `Dir::Log "${home}/log";`,
    'APT::Sandbox::User "root";',
    'APT::Install-Recommends "false";',
    'Acquire::Languages "none";',
    'Acquire::GzipIndexes "true";',
    'Acquire::Check-Valid-Until "false";',
    'Acquire::Retries "3";',
    '',
  ].join('\n')
}

async function choose(
  packages: readonly string[],
  env: NodeJS.ProcessEnv,
  suite: Suite,
): Promise<Choice[]> {
  let plan = await planInstall(packages, env)
  // apt fails where packages of the machine are broken: then it plans without them.
  if (plan.code !== 0)
    plan = await planInstall(packages, env, ['-o', 'Dir::State::status=/dev/null'])
  if (plan.code !== 0) {
    throw aptFailure(
      plan,
      `apt cannot resolve ${packages.join(' ')}: ${firstError(plan)}; install it yourself or try later.`,
    )
  }
  // A package of the machine's own release runs with the machine's C library: one process cannot load two.
  return parseUris(plan.stdout).filter((it) => suite === 'testing' || !LIBC.test(it.name))
}

function planInstall(
  packages: readonly string[],
  env: NodeJS.ProcessEnv,
  options: readonly string[] = [],
): Promise<Outcome> {
  const argv = ['apt-get', '-qq', ...options, '--print-uris', 'install', '--reinstall', ...packages]
  return run(argv, { env, timeoutMs: 60_000 })
}

/** Reads `apt-get --print-uris`: `'uri' name_version_arch.deb size hash` per line. */
export function parseUris(text: string): Choice[] {
  return text.split('\n').flatMap((line) => {
    const file = /^'[^']*'\s+(\S+)_([^_\s]+)_[^_\s]+\.deb\s+(\d+)/.exec(line)
    if (file === null) return []
    const [, name = '', version = '', size] = file
    return [{ name, version: decodeURIComponent(version), bytes: Number(size) }]
  })
}

async function download(
  choices: readonly Choice[],
  folder: string,
  env: NodeJS.ProcessEnv,
): Promise<string[]> {
  mkdirSync(folder, { recursive: true })
  const wanted = choices.map((it) => `${it.name}=${it.version}`)
  const got = await run(['apt-get', '-q', 'download', ...wanted], {
    cwd: folder,
    env,
    timeoutMs: 1_200_000,
  })
  const files = readdirSync(folder).filter((name) => name.endsWith('.deb'))
  if (got.code !== 0 || files.length < choices.length) {
    throw aptFailure(got, `Packages could not be downloaded: ${firstError(got)}; run it again.`)
  }
  return files.map((name) => join(folder, name))
}

function aptFailure({ stderr }: Outcome, otherwise: string): Failure {
  return new Failure(isDiskFullMessage(stderr) ? DISK_FULL : otherwise)
}

function firstError(outcome: Outcome): string {
  const line = outcome.stderr.split('\n').find((it) => it.startsWith('E:')) ?? outcome.stderr
  // Addresses are left out of messages.
  return line
    .replace(/^E:\s*/, '')
    .replace(/\w+:\/\/\S+/g, 'the archive')
    .trim()
    .slice(0, 200)
}

function unreachable(suite: string, outcome: Outcome): Failure {
  return aptFailure(
    outcome,
    `The package lists of "${suite}" could not be fetched (${firstError(outcome)}); check the network and run it again.`,
  )
}
