import { parseNetwork } from '#domain/networks/network'
import type { LintConfig, LintPath, Report } from './finding.ts'

/** A host, `*.domain`, or `*`, as redirections are compared with. */
const HOSTS = /^(?:\*|(?:\*\.)?[\p{L}\p{N}_-]+(?:\.[\p{L}\p{N}_-]+)*|\[[0-9a-f:.]+\])$/iu

const bareHost = (pattern: string): string =>
  pattern.replace(/^[a-z]+:\/\//i, '').replace(/(?:\/.*|:\d+(?:\/.*)?)$/, '')

/** Reports hosts of `redirects` that no redirection is ever to. */
const lintRedirects = (origins: LintConfig['origins'], report: Report): void => {
  for (const [index, { redirects }] of origins.entries())
    for (const [at, pattern] of redirects.entries()) {
      if (HOSTS.test(pattern)) continue
      const bare = bareHost(pattern)
      report(['origins', index, 'redirects', at], {
        severity: 'warning',
        check: 'redirect-nowhere',
        message: `\`${pattern}\` fits no host`,
        suggestion: HOSTS.test(bare)
          ? `write \`${bare}\`: it stands for every scheme and port`
          : 'write a host such as cdn.example.net, `*.example.net`, or `*` for any',
      })
    }
}

const isEverybody = (text: string): boolean => {
  const parsed = parseNetwork(text)
  return parsed.ok && parsed.networks.some(({ prefix }) => prefix === 0)
}

/** Reports proxies that are everybody: then everybody may claim any address. */
const lintProxies = ({ edge, admin }: LintConfig, report: Report): void => {
  const lists: readonly [string, readonly string[]][] = [
    ['edge', edge.trusted_proxies],
    ['admin', admin.trusted_proxies],
  ]
  for (const [section, proxies] of lists)
    for (const [at, proxy] of proxies.entries()) {
      const path: LintPath = [section, 'trusted_proxies', at]
      if (!isEverybody(proxy)) continue
      report(path, {
        severity: 'error',
        check: 'everybody-trusted',
        message: `${proxy} is everybody: whoever asks may claim any address by a header of his own`,
        suggestion: 'name the addresses of your proxies alone',
      })
    }
}

/** Checks settings that name hosts: where origins may lead, and whose word counts for where a viewer is. */
export const lintHosts = (config: LintConfig, report: Report): void => {
  lintRedirects(config.origins, report)
  lintProxies(config, report)
}
