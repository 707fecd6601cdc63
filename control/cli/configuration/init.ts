import { existsSync, statSync, writeFileSync } from 'node:fs'
import { dirname, isAbsolute, join, relative, resolve } from 'node:path'
import { createInterface } from 'node:readline/promises'
import { Command } from 'commander'
import { type EdgeAnswers, edgeConfig } from '../../config/examples/edge.ts'
import { type HomeServer, homeConfig } from '../../config/examples/home.ts'
import { MEDIA_SERVER_KINDS } from '../../config/schema/media-servers.ts'
import { homeProblems } from '../../detect/home-networks.ts'
import { requireRegular, systemReason } from '../../runtime/regular-file.ts'
import { fileProblem } from '../../sentences/file-problems.ts'
import { CliError } from '../common/context.ts'
import { print } from '../common/output.ts'

interface InitOptions {
  readonly out: string
  readonly force?: boolean
  readonly server: readonly string[]
  readonly homeNetwork: readonly string[]
  readonly playlist?: string
  readonly network: readonly string[]
  readonly listen: string
  readonly admin: string
  readonly maxSessions: string
}

/** Asks a question; an empty answer is the fallback. */
type Ask = (question: string, fallback: string) => Promise<string>

const collect = (value: string, before: readonly string[]): string[] => [...before, value]

/** `plex=http://nas:32400`, with a name where there are several of a kind: `plex:attic=http://…`. */
const readServer = (text: string): HomeServer => {
  const [, kindText = '', named, url = ''] =
    /^(\w+)(?::([\w-]+))?=(https?:\/\/.+)$/.exec(text) ?? []
  const kind = MEDIA_SERVER_KINDS.find((one) => one === kindText)
  if (kind === undefined)
    throw new CliError(`--server takes KIND=URL, as plex=http://192.168.1.5:32400, not '${text}'`)
  const name = (named ?? kind).toLowerCase()
  return { name, kind, url, tokenFile: `${name}.token` }
}

const lists = (text: string): string[] => text.split(/[\s,]+/).filter((part) => part !== '')

const askServers = async (ask: Ask): Promise<HomeServer[]> => {
  const found: HomeServer[] = []
  for (const kind of MEDIA_SERVER_KINDS) {
    const url = await ask(`Where is your ${kind} server? Empty: there is none`, '')
    if (url !== '') found.push(readServer(`${kind}=${url.includes('://') ? url : `http://${url}`}`))
  }
  return found
}

const homeText = async (options: InitOptions, ask: Ask | null): Promise<[string, HomeServer[]]> => {
  const given = options.server.map(readServer)
  const servers = given.length === 0 && ask !== null ? await askServers(ask) : given
  const homeNetworks =
    options.homeNetwork.length === 0 && ask !== null
      ? lists(await ask('Your own public addresses or networks, where you know them', ''))
      : options.homeNetwork
  const [problem] = homeProblems(homeNetworks)
  if (problem !== undefined) throw new CliError(`--home-network: ${problem}`)
  return [homeConfig({ servers, homeNetworks, admin: options.admin }), servers]
}

/** A playlist as it is named in the file that is written: addresses as they are, files as seen from there. */
const playlistIn = (folder: string, given: string): string => {
  if (/^https?:\/\//i.test(given)) return given
  const file = resolve(given)
  try {
    requireRegular(statSync(file))
  } catch (error) {
    throw new CliError(`--playlist: ${given}: ${systemReason(error) ?? fileProblem(error)}`)
  }
  return isAbsolute(given) ? given : relative(folder, file)
}

const channelsText = async (options: InitOptions, ask: Ask | null): Promise<string> => {
  const { playlist, network, listen, admin } = options
  const source = playlist ?? (await ask?.('Where is your M3U playlist? A file or an address', ''))
  if (source === undefined || source === '')
    throw new CliError('--playlist is needed: an M3U file or its address')
  const networks =
    network.length === 0 && ask !== null
      ? lists(await ask('Networks that get every channel, as 192.168.0.0/16', ''))
      : network
  const most = await (ask ?? (async (_, fallback) => await Promise.resolve(fallback)))(
    'Streams at once per account',
    options.maxSessions,
  )
  const maxSessions = Number(most)
  if (!Number.isInteger(maxSessions) || maxSessions < 1)
    throw new CliError(`streams at once are a whole number, not '${most}'`)
  const list = playlistIn(dirname(resolve(options.out)), source)
  const answers: EdgeAnswers = { playlist: list, listen, admin, maxSessions, networks }
  return edgeConfig(answers)
}

/** Token files that are not there yet: empty, owner-only. */
const makeTokenFiles = (folder: string, servers: readonly HomeServer[]): string[] =>
  servers.flatMap(({ tokenFile }) => {
    const file = join(folder, tokenFile)
    if (existsSync(file)) return []
    writeFileSync(file, '', { mode: 0o600, flag: 'wx' })
    return [file]
  })

const write = (file: string, text: string, isForced: boolean): void => {
  try {
    writeFileSync(file, text, { flag: isForced ? 'w' : 'wx' })
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? String(error.code) : 'unwritable'
    if (code === 'EEXIST') throw new CliError(`${file} is there already; --force replaces it`)
    throw new CliError(`${file} cannot be written (${code})`)
  }
}

const OWNERS = ['home', 'channels'] as const

const ownerOf = async (
  given: string | undefined,
  ask: Ask | null,
): Promise<(typeof OWNERS)[number]> => {
  const answer = given ?? (await ask?.('What is yours: home (media servers) or channels?', 'home'))
  const owner = OWNERS.find((one) => one === answer)
  if (owner !== undefined) return owner
  throw new CliError(
    `say what is yours: 'init home' for media servers, 'init channels' for channels`,
  )
}

const init = async (given: string | undefined, options: InitOptions): Promise<void> => {
  const isAsking = process.stdin.isTTY && given === undefined
  const lines = isAsking ? createInterface({ input: process.stdin, output: process.stderr }) : null
  const ask: Ask | null =
    lines === null
      ? null
      : async (question, fallback) => {
          const hint = fallback === '' ? '' : ` [${fallback}]`
          return (await lines.question(`${question}${hint}: `)).trim() || fallback
        }
  try {
    const owner = await ownerOf(given, ask)
    const file = resolve(options.out)
    const [text, servers] =
      owner === 'home' ? await homeText(options, ask) : [await channelsText(options, ask), []]
    write(file, text, options.force === true)
    const empty = makeTokenFiles(dirname(file), servers)
    const next = [
      `${file} is written.`,
      ...empty.map((one) => `Put the server's token into ${one}.`),
      `Then: ./scripts/gatehouse check --config ${file}`,
      `      ./scripts/run --config ${file}`,
    ]
    print(next.join('\n'))
  } finally {
    lines?.close()
  }
}

/** `gatehouse init`: writes a commented configuration to begin with. */
export const initCommand = (): Command =>
  new Command('init')
    .description('write a commented configuration to begin with')
    .argument('[owner]', 'home: media servers; channels: playlists and an edge')
    .option('--out <file>', 'where to write it', 'gatehouse.yaml')
    .option('--force', 'replace a file that is there')
    .option(
      '--server <kind=url>',
      'home: a media server, plex=http://192.168.1.5:32400',
      collect,
      [],
    )
    .option('--home-network <cidr>', 'home: a network of your own home', collect, [])
    .option('--playlist <file or url>', 'channels: the M3U playlist')
    .option('--network <cidr>', 'channels: a network that gets every channel', collect, [])
    .option('--listen <address>', 'channels: where viewers connect', '0.0.0.0:8080')
    .option('--admin <address>', 'where the admin API listens', '127.0.0.1:8090')
    .option('--max-sessions <n>', 'channels: streams at once per account', '2')
    .action(init)
