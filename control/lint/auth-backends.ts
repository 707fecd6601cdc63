import { alternatives } from './channels.ts'
import { lintCountry } from './countries.ts'
import type { LintBackend, LintConfig, LintLists, LintPath, Report } from './finding.ts'
import { familiesOf, lintNetworkText } from './networks.ts'
import { lintShadows } from './shadows.ts'

const LONGEST_TIMEOUT_MS = 10_000

const hasAny = ({ ip, country, ua }: LintLists): boolean =>
  ip.length + country.length + ua.length > 0

const lintTokens = (backend: LintBackend, path: LintPath, report: Report): void => {
  if (backend.allow.token.length === 0 || !hasAny(backend.deny)) return
  report([...path, 'allow', 'token'], {
    severity: 'warning',
    check: 'token-beats-deny',
    message: 'an allowed token is let in even from a denied address, country or user agent',
    suggestion: 'let an HTTP backend know these tokens, so that denied addresses are refused first',
  })
}

/** Lists whose matches are admitted before a backend is asked, with the advice for each. */
const SKIPPING = [
  {
    list: 'country',
    check: 'country-skips-auth',
    message: 'viewers of an allowed country are let in without asking any backend',
    suggestion: 'deny the other countries instead, or give the country a group of its own',
  },
  {
    list: 'ua',
    check: 'ua-skips-auth',
    message: 'whoever sends an allowed user agent is let in without asking any backend',
    suggestion: 'anybody can send any user agent: let the backend judge `user_agent`',
  },
] as const

const lintSkipped = (backend: LintBackend, path: LintPath, report: Report): void => {
  if (backend.backends.length === 0) return
  for (const { list, ...finding } of SKIPPING)
    if (backend.allow[list].length > 0)
      report([...path, 'allow', list], { severity: 'warning', ...finding })
}

const lintNetworks = (backend: LintBackend, path: LintPath, report: Report): void => {
  for (const action of ['allow', 'deny'] as const) {
    const texts = backend[action].ip
    for (const [at, text] of texts.entries())
      lintNetworkText(text, [...path, action, 'ip', at], report)
    const { v4, v6 } = familiesOf(texts)
    if (v4 > 0 && v6 === 0)
      report([...path, action, 'ip'], {
        severity: action === 'deny' ? 'warning' : 'note',
        check: 'no-ipv6-twin',
        message: `\`${action} ip\` names IPv4 networks only; the same viewers over IPv6 do not match`,
        suggestion: 'add their IPv6 networks, or `::/0` where no IPv6 viewer is expected',
      })
  }
}

const lintCountries = (backend: LintBackend, path: LintPath, report: Report): void => {
  for (const action of ['allow', 'deny'] as const)
    for (const [at, code] of backend[action].country.entries())
      lintCountry(code, [...path, action, 'country', at], report)
}

const lintHttp = (
  backend: LintBackend,
  path: LintPath,
  { report, isSet }: { report: Report; isSet: (path: LintPath) => boolean },
): void => {
  for (const [at, { timeout_ms }] of backend.backends.entries()) {
    const here = [...path, 'backends', at]
    const isLong = timeout_ms > LONGEST_TIMEOUT_MS
    if (!isLong && isSet([...here, 'timeout_ms'])) continue
    report(here, {
      severity: isLong ? 'warning' : 'note',
      check: 'backend-timeout',
      message: isLong
        ? `every opening may wait ${timeout_ms} ms for this backend`
        : `no \`timeout_ms\`: this backend is waited for ${timeout_ms} ms`,
      suggestion: 'write a `timeout_ms` of 1000 to 3000',
    })
  }
  if (backend.allow_default && backend.backends.length > 0)
    report([...path, 'allow_default'], {
      severity: 'note',
      check: 'outage-admits',
      message: 'while no backend answers, every new viewer is let in',
      suggestion: 'remove `allow_default` where a closed door is better than an open one',
    })
}

const isEmpty = ({ allow, backends, allow_default }: LintBackend): boolean =>
  backends.length === 0 && !allow_default && !hasAny(allow) && allow.token.length === 0

/**
 * Whether signed links are accepted for every channel whose rule names the backend: then its
 * purpose is to refuse all other viewers.
 */
const isForLinks = ({ auth, groups, channels, secure_links }: LintConfig, name: string): boolean =>
  auth !== name &&
  groups.every((group) => group.auth !== name) &&
  channels
    .filter((rule) => rule.auth === name)
    .flatMap(({ match }) => alternatives(match))
    .map((text) => text.replaceAll(/^\^|\$$/g, '').replaceAll(/\\(.)/g, '$1'))
    .every((channel) => secure_links.some(({ match }) => new RegExp(match, 'u').test(channel)))

const lintUse = (config: LintConfig, at: number, report: Report): void => {
  const backend = config.auth_backends[at]
  if (backend === undefined) return
  const users = [
    config.auth,
    ...config.groups.map((g) => g.auth),
    ...config.channels.map((c) => c.auth),
  ]
  if (!users.includes(backend.name))
    report(['auth_backends', at], {
      severity: 'warning',
      check: 'backend-unused',
      message: `auth backend ${backend.name} is asked by no channel, no group and not globally`,
      suggestion: `name it in \`auth: ${backend.name}\`, or remove it`,
    })
  if (isEmpty(backend) && !(users.includes(backend.name) && isForLinks(config, backend.name)))
    report(['auth_backends', at], {
      severity: 'warning',
      check: 'backend-refuses-all',
      message: `auth backend ${backend.name} refuses everyone: it allows nothing and asks nobody`,
      suggestion: 'add an allow rule, a backend or `allow_default: true`',
    })
}

/**
 * Checks every auth backend. `isSet` is true for settings of the file, false for defaults.
 */
export const lintAuthBackends = (
  config: LintConfig,
  ports: { readonly report: Report; readonly isSet: (path: LintPath) => boolean },
): void => {
  const { report } = ports
  for (const [at, backend] of config.auth_backends.entries()) {
    const path = ['auth_backends', at]
    lintUse(config, at, report)
    lintShadows(backend, path, report)
    lintTokens(backend, path, report)
    lintSkipped(backend, path, report)
    lintNetworks(backend, path, report)
    lintCountries(backend, path, report)
    lintHttp(backend, path, ports)
  }
}
