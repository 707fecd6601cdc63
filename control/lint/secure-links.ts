import type { LintSecureLink, Report } from './finding.ts'

const KNOWN = ['secure_link_expires', 'arg_expires', 'uri', 'remote_addr', 'channel', 'key']

type Trap = readonly [isSet: boolean, message: string, suggestion: string]

const trapsOf = (expression: string, checkIp: boolean): readonly Trap[] => {
  const words = [...expression.matchAll(/\$(?:\{(\w+)\}|(\w+))/g)].map(
    ([, braced, bare]) => braced ?? bare ?? '',
  )
  const has = (...names: string[]) => names.some((name) => words.includes(name))
  const unknown = words.filter((word) => !KNOWN.includes(word))
  return [
    [
      unknown.length > 0,
      `\`$${unknown[0]}\` is not known here and stands for nothing: links signed with it open nothing`,
      `write with ${KNOWN.map((word) => `$${word}`).join(' ')}`,
    ],
    [
      !has('key'),
      'the expression has no `$key`: a link is as secret as the expression itself',
      'put `$key` where the secret stood',
    ],
    [
      !has('secure_link_expires', 'arg_expires'),
      'the expression does not sign the time: whoever has a link may make it last for ever',
      'add `$secure_link_expires`, here and where links are made',
    ],
    [
      checkIp && !has('remote_addr'),
      '`check_ip` does nothing: the expression does not sign the address',
      'add `$remote_addr`, or write `check_ip: false`',
    ],
  ]
}

/** Reports settings of nginx's `secure_link` that protect less than they seem to. */
export const lintSecureLinks = (links: readonly LintSecureLink[], report: Report): void => {
  for (const [at, { format, expression, check_ip }] of links.entries()) {
    if (format !== 'nginx' || expression === undefined) continue
    for (const [isSet, message, suggestion] of trapsOf(expression, check_ip))
      if (isSet)
        report(['secure_links', at], {
          severity: 'warning',
          check: 'link-weak',
          message,
          suggestion,
        })
  }
}
