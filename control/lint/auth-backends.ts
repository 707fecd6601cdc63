import { alternatives } from './channels.ts'
import { lintCountry } from './countries.ts'
import type { LintBackend, LintConfig, LintLists, LintPath, Report } from './finding.ts'
import { familiesOf, lintNetworkText } from './networks.ts'
import { lintShadows } from './shadows.ts'

const LONGEST_TIMEOUT_MS = 10_000

const hasAny = ({ ip, country, ua }: LintLists): boolean =>
  ip.length + country.length + ua.length > 0

const lintTokens = (backend: LintBackend, path: LintPath, tell: Report): void => {
  if (backend.allow.token.length === 0 || !hasAny(backend.deny)) return
  tell([...path, 'allow', 'token'], {
    severity: 'warning',
    check: 'token-beats-deny',
    message: 'an allowed token is let in even from a denied address, country or user agent',
    suggestion: 'let an HTTP backend know these tokens, so that denied addresses are refused first',
  })
}

/** Lists whose matches are let in before a backend is asked, and what to do about each. */
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

const lintSkipped = (backend: LintBackend, path: LintPath, tell: Report): void => {
  if (backend.backends.length === 0) return
  for (const { list, ...finding } of SKIPPING)
    if (backend.allow[list].length > 0)
      tell([...path, 'allow', list], { severity: 'warning', ...finding })
}

const lintNetworks = (backend: LintBackend, path: LintPath, tell: Report): void => {
  for (const action of ['allow', 'deny'] as const) {
    const texts = backend[action].ip
    for (const [at, text] of texts.entries())
      lintNetworkText(text, [...path, action, 'ip', at], tell)
    const { v4, v6 } = familiesOf(texts)
    if (v4 > 0 && v6 === 0)
      tell([...path, action, 'ip'], {
        severity: action === 'deny' ? 'warning' : 'note',
        check: 'no-ipv6-twin',
        message: `\`${action} ip\` names IPv4 networks only; the same viewers over IPv6 do not match`,
        suggestion: 'add their IPv6 networks, or `::/0` where no IPv6 viewer is expected',
      })
  }
}

const lintCountries = (backend: LintBackend, path: LintPath, tell: Report): void => {
  for (const action of ['allow', 'deny'] as const)
    for (const [at, code] of backend[action].country.entries())
      lintCountry(code, [...path, action, 'country', at], tell)
}

const lintHttp = (
  backend: LintBackend,
  path: LintPath,
  { tell, isSet }: { tell: Report; isSet: (path: LintPath) => boolean },
): void => {
  for (const [at, { timeout_ms }] of backend.backends.entries()) {
    const here = [...path, 'backends', at]
    const isLong = timeout_ms > LONGEST_TIMEOUT_MS
    if (!isLong && isSet([...here, 'timeout_ms'])) continue
    tell(here, {
      severity: isLong ? 'warning' : 'note',
      check: 'backend-timeout',
      message: isLong
        ? `every opening may wait ${timeout_ms} ms for this backend`
        : `no \`timeout_ms\`: this backend is waited for ${timeout_ms} ms`,
      suggestion: 'write a `timeout_ms` of 1000 to 3000',
    })
  }
  if (backend.allow_default && backend.backends.length > 0)
    tell([...path, 'allow_default'], {
      severity: 'note',
      check: 'outage-admits',
      message: 'while no backend answers, every new viewer is let in',
      suggestion: 'remove `allow_default` where a closed door is better than an open one',
    })
}

const isEmpty = ({ allow, backends, allow_default }: LintBackend): boolean =>
  backends.length === 0 && !allow_default && !hasAny(allow) && allow.token.length === 0

/** Whether signed links open every channel whose rule names the backend: then it is there to admit nobody else. */
const isForLinks = ({ auth, groups, channels, secure_links }: LintConfig, name: string): boolean =>
  auth !== name &&
  groups.every((group) => group.auth !== name) &&
  channels
    .filter((rule) => rule.auth === name)
    .flatMap(({ match }) => alternatives(match))
    .map((text) => text.replaceAll(/^\^|\$$/g, '').replaceAll(/\\(.)/g, '$1'))
    .every((channel) => secure_links.some(({ match }) => new RegExp(match, 'u').test(channel)))

const lintUse = (config: LintConfig, at: number, tell: Report): void => {
  const backend = config.auth_backends[at]
  if (backend === undefined) return
  const users = [
    config.auth,
    ...config.groups.map((g) => g.auth),
    ...config.channels.map((c) => c.auth),
  ]
  if (!users.includes(backend.name))
    tell(['auth_backends', at], {
      severity: 'warning',
      check: 'backend-unused',
      message: `auth backend ${backend.name} is asked by no channel, no group and not globally`,
      suggestion: `name it in \`auth: ${backend.name}\`, or remove it`,
    })
  if (isEmpty(backend) && !(users.includes(backend.name) && isForLinks(config, backend.name)))
    tell(['auth_backends', at], {
      severity: 'warning',
      check: 'backend-refuses-all',
      message: `auth backend ${backend.name} refuses everyone: it allows nothing and asks nobody`,
      suggestion: 'add an allow rule, a backend or `allow_default: true`',
    })
}

/** Looks at every auth backend. `isSet` tells what the file itself says from what a default filled in. */
export const lintAuthBackends = (
  config: LintConfig,
  ports: { readonly tell: Report; readonly isSet: (path: LintPath) => boolean },
): void => {
  const { tell } = ports
  for (const [at, backend] of config.auth_backends.entries()) {
    const path = ['auth_backends', at]
    lintUse(config, at, tell)
    lintShadows(backend, path, tell)
    lintTokens(backend, path, tell)
    lintSkipped(backend, path, tell)
    lintNetworks(backend, path, tell)
    lintCountries(backend, path, tell)
    lintHttp(backend, path, ports)
  }
}
