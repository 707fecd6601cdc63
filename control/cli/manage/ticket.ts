import { readFileSync } from 'node:fs'
import { isAbsolute, join } from 'node:path'
import { Command, Option } from 'commander'
import { isChannelId } from '#domain/channels/channel'
import { type LinkClaims, mintLink } from '../../access/signed-links/mint-link.ts'
import type { SecureLink } from '../../access/signed-links/secure-link.ts'
import type { Config } from '../../config/schema/schema.ts'
import { callAdmin } from '../common/admin-client.ts'
import { CliError, type GlobalOptions, loadedConfig, withGlobals } from '../common/context.ts'
import { isRow, print } from '../common/output.ts'

interface MintOptions extends GlobalOptions {
  readonly format: 'gatehouse' | 'flussonic' | 'nginx'
  readonly channel?: string
  readonly link?: string
  readonly keyFile?: string
  readonly ip?: string
  readonly user?: string
  readonly path?: string
  readonly expression?: string
  readonly ttl: string
  readonly account?: string
  readonly group?: string
}

const UNITS: Readonly<Record<string, number>> = { '': 1, s: 1, m: 60, h: 3600, d: 86_400 }

const secondsOf = (text: string): number => {
  const found = /^(\d{1,8})([smhd]?)$/.exec(text)
  const value = Number(found?.[1] ?? 0) * (UNITS[found?.[2] ?? ''] ?? 0)
  if (value < 1) throw new CliError(`--ttl ${text}: write 3600, 90m, 3h or 2d`)
  return value
}

const readKey = (file: string): string => {
  try {
    return readFileSync(file, 'utf8').trim()
  } catch {
    throw new CliError(`${file} cannot be read`)
  }
}

const configured = (options: MintOptions, name: string): SecureLink => {
  const { config, folder } = loadedConfig(options)
  const found = config.secure_links.find(
    (link: Config['secure_links'][number]) => link.name === name,
  )
  if (found === undefined) throw new CliError(`there is no secure link '${name}'`)
  const { key, key_file: file, check_ip: checkIp, expression, ...link } = found
  const path = file === undefined || isAbsolute(file) ? file : join(folder, file)
  const secret = key ?? (path === undefined ? '' : readKey(path))
  return { ...link, key: secret, checkIp, expression: expression ?? DEFAULT_EXPRESSION }
}

const DEFAULT_EXPRESSION = '$secure_link_expires$uri$remote_addr $key'

const linkOf = (options: MintOptions): SecureLink => {
  if (options.link !== undefined) return configured(options, options.link)
  if (options.keyFile === undefined || options.format === 'gatehouse')
    throw new CliError('name the key with --link NAME or --key-file FILE')
  return {
    name: options.keyFile,
    format: options.format,
    key: readKey(options.keyFile),
    checkIp: options.ip !== undefined,
    expression: options.expression ?? DEFAULT_EXPRESSION,
    match: '.*',
  }
}

const orderOf = (options: MintOptions): LinkClaims => {
  const { channel } = options
  if (channel === undefined || !isChannelId(channel))
    throw new CliError('name the channel with --channel ID')
  return {
    channel,
    uri: options.path ?? `/live/${channel}/index.m3u8`,
    address: options.ip ?? null,
    userId: options.user ?? null,
    nowSec: Math.floor(Date.now() / 1000),
    ttlSec: secondsOf(options.ttl),
  }
}

const mintForeign = (options: MintOptions): void => {
  const order = orderOf(options)
  const answer = mintLink(linkOf(options), order)
  if (!answer.ok) throw new CliError(answer.why)
  const url = `${order.uri}?${answer.link.query}`
  print(options.json === true ? JSON.stringify({ url, ...answer.link }) : url)
}

const mintOwn = async (options: MintOptions): Promise<void> => {
  if (options.account === undefined && options.group === undefined)
    throw new CliError('name whom the ticket is for with --account ID or --group NAME')
  const { account = null, group = null } = options
  const body = { account, group, ttlSec: secondsOf(options.ttl) }
  const made = await callAdmin(options, { method: 'POST', path: '/tickets', body })
  if (options.json === true) return print(JSON.stringify(made))
  print(isRow(made) ? made['ticket'] : '')
}

/** `gatehouse ticket`: makes our own tickets and other servers' links. */
export const ticketCommand = (): Command => {
  const command = new Command('ticket').description('tickets and links that let a player in')
  const formats = ['gatehouse', 'flussonic', 'nginx']
  withGlobals(command.command('mint').description('make a ticket or a secure link'))
    .addOption(new Option('--format <name>', 'whose').choices(formats).default('gatehouse'))
    .option('--account <id>', 'own account the ticket is for')
    .option('--group <name>', 'group the ticket opens')
    .option('--channel <id>', 'channel of a secure link')
    .option('--link <name>', 'secure link of the configuration whose key signs')
    .option('--key-file <file>', 'file with the key, where the configuration has none')
    .option('--ip <address>', 'address the link is bound to')
    .option('--user <id>', 'user whose cap holds (flussonic)')
    .option('--path <path>', 'path of the link; the entry of the channel when not set')
    .option('--expression <text>', 'words of secure_link_md5, with $key (nginx)')
    .option('--ttl <time>', 'how long it is good: 3600, 90m, 3h, 2d', '3h')
    .action(async (options: MintOptions) => {
      const isOwn = options.format === 'gatehouse' && options.link === undefined
      return isOwn ? await mintOwn(options) : mintForeign(options)
    })
  return command
}
