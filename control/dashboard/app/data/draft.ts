import { parse, stringify, YAMLParseError } from 'yaml'
import { PARAMS } from '../../../detect/rules/rule-params.ts'
import type { DetectionRule } from '../../../detect/rules/rule-types.ts'
import type { FindingKind } from '../../../detect/types.ts'

/** A rule while somebody writes it: whatever the text says, right or wrong; the API judges it. */
export type Draft = Readonly<Record<string, unknown>>

/** How a parameter is entered. */
export interface Field {
  readonly key: string
  readonly kind: 'number' | 'flag' | 'choice' | 'list'
  readonly choices: readonly string[]
  readonly fallback: unknown
}

const isRecord = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

/** A part of a draft that is a record; an empty one where it is none. */
export const recordOf = (value: unknown): Readonly<Record<string, unknown>> =>
  isRecord(value) ? value : {}

/** A part of a draft that is a text; what stands in for it where it is none. */
export const textOf = (value: unknown, fallback = ''): string =>
  typeof value === 'string' ? value : fallback

const fieldOf = (key: string, schema: object): Field => {
  const { type, enum: choices, default: fallback } = recordOf(schema)
  const base = { key, fallback, choices: Array.isArray(choices) ? choices.map(String) : [] }
  if (type === 'boolean') return { ...base, kind: 'flag' }
  if (type === 'array') return { ...base, kind: 'list' }
  return { ...base, kind: base.choices.length > 0 ? 'choice' : 'number' }
}

const isKind = (kind: string): kind is FindingKind => kind in PARAMS

/** The parameters of a kind of rule, in the order of its schema. */
export const fieldsOfKind = (kind: string): Field[] =>
  isKind(kind)
    ? Object.entries<object>(PARAMS[kind].properties).map(([key, schema]) => fieldOf(key, schema))
    : []

/** The text of a draft. */
export const yamlOf = (draft: Draft): string => stringify(draft, { lineWidth: 0 })

/** What is wrong with a text that is no YAML, in the words of the library, and from which line on. */
export interface YamlFault {
  readonly what: string
  readonly line: number
}

/** Reads the text of a draft: the draft, or what is wrong with the text. */
export const readDraft = (text: string): { draft: Draft } | { problem: YamlFault } => {
  try {
    const value: unknown = parse(text)
    return isRecord(value) ? { draft: value } : { problem: { what: 'key: value', line: 1 } }
  } catch (error) {
    const what = error instanceof Error ? (error.message.split('\n')[0] ?? '') : ''
    const line = error instanceof YAMLParseError ? (error.linePos?.[0].line ?? 1) : 1
    return { problem: { what, line } }
  }
}

/** A new rule of a kind, which only records what it would do; its name is none that is taken. */
export const newDraft = (kind: string, rules: readonly DetectionRule[]): Draft => {
  const base = kind.replaceAll('_', '-')
  const taken = new Set(rules.map(({ id }) => id))
  let id = base
  for (let n = 2; taken.has(id); n++) id = `${base}-${n}`
  const params = fieldsOfKind(kind).map(({ key, fallback }) => [key, fallback])
  return {
    id,
    kind,
    enabled: true,
    severity: 'warning',
    scope: { type: 'all' },
    params: Object.fromEntries(params) as Record<string, unknown>,
    cool_down_minutes: 1440,
    dry_run: true,
    actions: [{ do: 'notify', from_finding: 1 }],
  }
}
