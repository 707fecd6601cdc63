import { createHash } from 'node:crypto'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { compileRules, evaluateRules } from '#domain/rules/rules'
import { importFlussonic } from '../../../../control/migrate/flussonic/flussonic.ts'

type Kind = 'token' | 'ip' | 'country' | 'ua'
interface Line {
  readonly action: 'allow' | 'deny'
  readonly kind: Kind
  readonly value: string
  readonly style: number
}
interface Viewer {
  readonly token: string | null
  readonly address: string
  readonly country: string | null
  readonly userAgent: string | null
}

const tokens = ['alpha', 'beta', 'with space', 'a;b', '#c', "d'e", 'f"g']
const countries = ['RU', 'US', 'GB']
const agents = ['MAG', 'TVIP', 'Kodi (X11; U)', 'VLC']
const octet = fc.integer({ min: 0, max: 2 })
const address = fc.tuple(fc.constantFrom(10, 172, 192), octet, octet, octet).map((o) => o.join('.'))
const network = fc.oneof(
  address,
  fc.tuple(address, fc.integer({ min: 8, max: 32 })).map(([a, bits]) => `${a}/${bits}`),
  fc
    .tuple(fc.constantFrom(10, 172, 192), octet, fc.integer({ min: 1, max: 3 }), octet)
    .map(([a, b, count, c]) => `${[a, b, c].slice(0, count).join('.')}/${count * 8}`),
  fc.constantFrom('172.1/24', '10/16', '192.0.0/22'),
)
const valueOf: Record<Kind, fc.Arbitrary<string>> = {
  token: fc.constantFrom(...tokens),
  ip: network,
  country: fc.constantFrom(...countries),
  ua: fc.constantFrom(...agents),
}
const line: fc.Arbitrary<Line> = fc
  .constantFrom<Kind>('token', 'ip', 'country', 'ua')
  .chain((kind) =>
    fc.record({
      action: fc.constantFrom('allow' as const, 'deny' as const),
      kind: fc.constant(kind),
      value: valueOf[kind],
      style: fc.nat({ max: 5 }),
    }),
  )
const block = fc.record({
  lines: fc.array(line, { maxLength: 8 }),
  allowDefault: fc.boolean(),
})
const viewer: fc.Arbitrary<Viewer> = fc.record({
  token: fc.constantFrom(null, ...tokens, 'unknown'),
  address,
  country: fc.constantFrom(null, ...countries, 'DE'),
  userAgent: fc.constantFrom(null, 'x MAG200', 'TVIP/1', 'Kodi (X11; U) y', 'VLC/3', 'mag'),
})

const quoted = (value: string, style: number): string => {
  const isBare = /^[\w./:-]+$/.test(value)
  if (isBare && style < 4) return value
  return value.includes('"') ? `'${value.replaceAll("'", "\\'")}'` : `"${value}"`
}

const written = ({ action, kind, value, style }: Line): string => {
  const text = quoted(kind === 'country' && style === 1 ? value.toLowerCase() : value, style)
  const gap = style === 2 ? '\n    ' : ' '
  return `  ${action}${gap}${kind} ${text};${style === 3 ? ' # deny ip 0/0; }' : ''}`
}

const source = ({ lines, allowDefault }: { lines: Line[]; allowDefault: boolean }): string =>
  ['auth_backend m {', ...lines.map(written), allowDefault ? '  allow default;' : '', '}'].join(
    '\n',
  )

const bits = (text: string): number =>
  [0, 1, 2, 3].reduce((sum, at) => sum * 256 + Number(text.split('.')[at] ?? 0), 0)

/** The documented meaning, written a second time: no code of the importer or of the rules. */
const matches = ({ kind, value }: Line, who: Viewer): boolean => {
  if (kind === 'token') return who.token === value
  if (kind === 'country') return who.country === value
  if (kind === 'ua') return who.userAgent?.includes(value) ?? false
  const [base = '', mask = '32'] = value.split('/')
  const size = 2 ** (32 - Number(mask))
  return Math.floor(bits(base) / size) === Math.floor(bits(who.address) / size)
}

const expected = (
  { lines, allowDefault }: { lines: Line[]; allowDefault: boolean },
  who: Viewer,
): string => {
  for (const kind of ['token', 'ip', 'country', 'ua'])
    for (const action of ['allow', 'deny'])
      if (lines.some((one) => one.kind === kind && one.action === action && matches(one, who)))
        return `${action} by ${kind}`
  return allowDefault ? 'allow by default' : 'deny by default'
}

const decided = (
  imported: ReturnType<typeof importFlussonic>['config'],
): ((who: Viewer) => string) => {
  const backend = imported.auth_backends?.[0]
  if (backend === undefined) throw new Error('nothing was imported')
  const digest = (text: string) => createHash('sha256').update(text).digest('hex')
  const { rules } = compileRules(backend, digest)
  return (who) => {
    const { verdict, rule } = evaluateRules(rules, who)
    if (rule !== null) return `${verdict} by ${rule.kind}`
    return backend.allow_default ? 'allow by default' : 'deny by default'
  }
}

describe('import, then decide', () => {
  it('equals an independent reading of the block on 10,000 random requests', () => {
    let requests = 0
    fc.assert(
      fc.property(block, fc.array(viewer, { minLength: 20, maxLength: 20 }), (made, viewers) => {
        const decide = decided(importFlussonic(source(made), { file: 'f' }).config)
        for (const who of viewers) {
          requests += 1
          expect(decide(who)).toBe(expected(made, who))
        }
      }),
      { numRuns: 600 },
    )
    expect(requests).toBeGreaterThanOrEqual(10_000)
  })

  it('never throws on noise', () => {
    const piece = fc.constantFrom(
      '{',
      '}',
      ';',
      '"',
      "'",
      '#',
      '\n',
      ' ',
      'allow',
      'deny',
      'ip',
      '\\',
    )
    const noise = fc.array(fc.oneof(piece, fc.string({ unit: 'binary', maxLength: 4 }), network))
    fc.assert(
      fc.property(noise, (pieces) => {
        importFlussonic(`auth_backend m { ${pieces.join(' ')} }`, { file: 'f' })
        importFlussonic(pieces.join(''), { file: 'f' })
      }),
      { numRuns: 2000 },
    )
  })
})
