import { isTooWide } from '#domain/networks/home-network'
import { parseAddress, parseNetwork } from '#domain/networks/network'
import { throughProblem } from '#domain/pictures/through'
import { say } from '../../sentences/sentences.ts'
import type { Config } from '../schema/schema.ts'

type Report = (path: (string | number)[], message: string) => void

/** Files of networks are parsed where they are read, which reports their problems. */
const isElsewhere = (text: string): boolean => text.startsWith('file:') || text === 'unix:'

const checkList = (texts: readonly string[], path: (string | number)[], report: Report): void => {
  for (const [index, text] of texts.entries()) {
    const parsed = isElsewhere(text) ? null : parseNetwork(text)
    if (parsed?.ok === false)
      report([...path, index], say('about', { name: text, what: parsed.reason }))
  }
}

const hostOf = (server: string): string =>
  server.replace(/^\[(.*)\](?::\d+)?$/, '$1').replace(/^([\d.]+):\d+$/, '$1')

/** Reports networks that cannot be parsed, and DNS servers that nginx would not start with. */
export const checkNetworks = (config: Config, report: Report): void => {
  checkList(config.edge.trusted_proxies, ['edge', 'trusted_proxies'], report)
  checkList(config.admin.trusted_proxies, ['admin', 'trusted_proxies'], report)
  checkList(config.hooks.allow, ['hooks', 'allow'], report)
  for (const [index, { trusted }] of config.hooks.servers.entries())
    checkList(trusted, ['hooks', 'servers', index, 'trusted'], report)
  for (const [index, entry] of config.pictures.through.entries()) {
    const problem = throughProblem(entry)
    if (problem !== null)
      report(['pictures', 'through', index], say('about', { name: entry, what: problem }))
  }
  checkList(config.home_networks, ['home_networks'], report)
  for (const [index, name] of config.home_networks.entries())
    if (isTooWide(name)) report(['home_networks', index], say('value.wide_home', { name }))
  for (const [index, { networks }] of config.groups.entries())
    checkList(networks, ['groups', index, 'networks'], report)
  for (const [index, server] of config.edge.resolver.entries())
    if (parseAddress(hostOf(server)) === null)
      report(['edge', 'resolver', index], say('value.no_dns', { server }))
}
