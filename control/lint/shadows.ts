import { formatNetwork } from '#domain/networks/network'
import { compileNetworks, type NetworkIndex } from '#domain/rules/rule-networks'
import type { LintBackend, Report } from './finding.ts'

type Kind = 'token' | 'ip' | 'country' | 'ua'

/** A value that an earlier one already decides; indexes are into both lists, concatenated. */
interface Shadow {
  readonly at: number
  readonly by: number
}

const equalShadows = (values: readonly string[]): Shadow[] => {
  const first = new Map<string, number>()
  return values.flatMap((value, at) => {
    const by = first.get(value)
    if (by === undefined) first.set(value, at)
    return by === undefined || value === '' ? [] : [{ at, by }]
  })
}

const agentShadows = (values: readonly string[], allowed: number): Shadow[] =>
  values.flatMap((value, at) => {
    const by = values.findIndex((other, place) => {
      // Within one list the order does not matter: the wider value shadows the narrower one.
      const isBefore = at < allowed === place < allowed ? place !== at : place < at
      return other !== '' && isBefore && value.includes(other) && (value !== other || place < at)
    })
    return by < 0 || value === '' ? [] : [{ at, by }]
  })

type Entry = NetworkIndex['families'][4][number]

const firstAround = (entries: readonly Entry[], entry: Entry): number => {
  let first = -1
  for (let at = entry.parent; at >= 0; at = entries[at]?.parent ?? -1) {
    const around = entries[at]
    if (around === undefined || around.index === entry.index) continue
    if (first < 0 || around.index < first) first = around.index
  }
  return first
}

/** Networks inside others; a range is shadowed where every part of it is. */
const networkShadows = (values: readonly string[], allowed: number): Shadow[] => {
  const { index } = compileNetworks(values)
  const covers = new Map<number, number>()
  for (const entries of [index.families[4], index.families[6]])
    for (const entry of entries) {
      const by = firstAround(entries, entry)
      const isIdle = by >= 0 && (by < allowed || entry.index >= allowed)
      covers.set(entry.index, isIdle && covers.get(entry.index) !== -1 ? by : -1)
    }
  return [...covers].flatMap(([at, by]) => (by < 0 ? [] : [{ at, by }]))
}

const shadowsOf = (kind: Kind, values: readonly string[], allowed: number): Shadow[] => {
  if (kind === 'ip') return networkShadows(values, allowed)
  if (kind === 'ua') return agentShadows(values, allowed)
  return equalShadows(kind === 'country' ? values.map((value) => value.toUpperCase()) : values)
}

/** Reports rules that never decide, because an earlier one does. */
export const lintShadows = (
  backend: LintBackend,
  path: readonly (string | number)[],
  report: Report,
) => {
  for (const kind of ['token', 'ip', 'country', 'ua'] as const) {
    const allow = backend.allow[kind]
    const values = [...allow, ...backend.deny[kind]]
    const place = (at: number) =>
      at < allow.length
        ? (['allow', kind, at] as const)
        : (['deny', kind, at - allow.length] as const)
    const text = (at: number) => {
      const [action] = place(at)
      return `${action} ${kind}${kind === 'token' ? '' : ` ${values[at]}`}`
    }
    for (const { at, by } of shadowsOf(kind, values, allow.length)) {
      const isOpposite = at >= allow.length && by < allow.length
      report([...path, ...place(at)], {
        severity: isOpposite ? 'warning' : 'note',
        check: 'shadowed',
        message: `\`${text(at)}\` never decides: \`${text(by)}\` is tried first and holds it`,
        suggestion: isOpposite
          ? `take it out of \`${text(by)}\`, or write a narrower allow`
          : 'remove it',
      })
    }
  }
}

/** Networks of one group inside those of another. */
export const nestedNetworks = (
  texts: readonly string[],
): { readonly inner: number; readonly outer: number; readonly isSame: boolean }[] => {
  const { index } = compileNetworks(texts)
  return [index.families[4], index.families[6]].flatMap((entries) =>
    entries.flatMap((entry) => {
      const outer = entries[entry.parent]
      if (outer === undefined || outer.index === entry.index) return []
      const isSame = formatNetwork(outer.network) === formatNetwork(entry.network)
      return [{ inner: entry.index, outer: outer.index, isSame }]
    }),
  )
}
