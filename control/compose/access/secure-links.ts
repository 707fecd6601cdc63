import { readFileSync } from 'node:fs'
import { resolve } from 'node:path'
import type { ChannelNaming } from '../../access/authorize/choose-backend.ts'
import {
  createSecureLinks,
  type JudgeLink,
  type SecureLink,
} from '../../access/signed-links/secure-link.ts'
import type { LoadedConfig } from '../../config/load.ts'

type Configured = LoadedConfig['config']['secure_links'][number]

const NGINX_EXPRESSION = '$secure_link_expires$uri$remote_addr $key'

const keyOf = (link: Configured, folder: string): string =>
  link.key ?? readFileSync(resolve(folder, link.key_file ?? ''), 'utf8').trim()

/** A secure link of the configuration with its secret read. */
const linkOf = (link: Configured, folder: string): SecureLink => ({
  name: link.name,
  format: link.format,
  key: keyOf(link, folder),
  checkIp: link.check_ip,
  expression: link.expression ?? NGINX_EXPRESSION,
  match: link.match,
})

const readable = (
  { config, folder, file }: LoadedConfig,
  warn: (message: string) => void,
): SecureLink[] =>
  config.secure_links.flatMap((link) => {
    try {
      return [linkOf(link, folder)]
    } catch {
      warn(`${file}: the key of secure link ${link.name} cannot be read; its links are refused`)
      return []
    }
  })

/** Secure links of the configuration in use, prepared again when it is replaced. */
export const createLiveLinks = (
  loaded: () => LoadedConfig,
  warn: (message: string) => void,
  naming?: ChannelNaming,
): JudgeLink => {
  let source = loaded()
  let judge = createSecureLinks(readable(source, warn), naming)
  return (presented, nowSec) => {
    if (loaded() !== source) {
      source = loaded()
      judge = createSecureLinks(readable(source, warn), naming)
    }
    return judge(presented, nowSec)
  }
}
