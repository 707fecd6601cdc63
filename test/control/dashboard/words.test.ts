import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { packageRoot } from '../../../control/config/paths.ts'
import { en } from '../../../control/dashboard/app/text/en.ts'
import type { Wording } from '../../../control/dashboard/app/text/english/wording.ts'
import { ru } from '../../../control/dashboard/app/text/ru.ts'
import { LINT_TEXTS } from '../../../control/detect/rules/lint-texts.ts'
import { FINDING_KINDS } from '../../../control/detect/types.ts'
import { ROLES } from '../../../control/operators/roles.ts'
import { DETAILS, TITLES } from '../../../control/plugins/problem-texts.ts'
import { SENTENCES } from '../../../control/sentences/sentences.ts'

const app = join(packageRoot(), 'control/dashboard/app')
const keys = Object.keys(en) as (keyof typeof en)[]
const formsOf = (words: Wording): [string, string][] =>
  typeof words === 'string' ? [['other', words]] : Object.entries(words)
const placesOf = (text: string): string[] =>
  [...text.matchAll(/\{(\w+)\}/g)].map(([, name]) => name ?? '').sort()

describe('the catalogues', () => {
  test.each(keys)('%s has the same places to fill in, in every form and language', (key) => {
    const all = [...formsOf(en[key]), ...formsOf(ru[key])].map(([, text]) => placesOf(text).join())
    // A plural may leave its number out: "last day".
    const most = all.toSorted((a, b) => b.length - a.length)[0]
    expect(all.filter((places) => places !== most && !(places === '' && most === 'n'))).toEqual([])
  })

  test('Russian has its plural forms wherever English has plurals', () => {
    const wanted = new Intl.PluralRules('ru').resolvedOptions().pluralCategories.toSorted()
    const bad = keys.filter(
      (key) =>
        typeof en[key] !== 'string' &&
        formsOf(ru[key])
          .map(([form]) => form)
          .toSorted()
          .join() !== wanted.join(),
    )
    expect(bad).toEqual([])
  })

  test('every refusal, odd rule, sentence and part of health is Russian on Russian pages', () => {
    const parts = readFileSync(join(packageRoot(), 'control/compose/admin/health-parts.ts'), 'utf8')
    const names = [...parts.matchAll(/(?:partOf\(\s*|name: )'([\w. ]+)'/g)].map(([, name = '']) =>
      name.replace(/[ .]/g, '_'),
    )
    expect(names.length).toBeGreaterThan(8)
    const needed = [
      ...Object.keys(TITLES).map((id) => `problem.${id}`),
      ...Object.keys(DETAILS).map((id) => `detail.${id}`),
      ...Object.keys(LINT_TEXTS).map((id) => `lint.${id}`),
      ...Object.keys(SENTENCES).map((id) => `said.${id}`),
      ...names.flatMap((name) => [`system.part.${name}`, `system.advice.${name}`]),
    ]
    const isRussian = (key: string): boolean => {
      const texts = formsOf((ru as Record<string, Wording>)[key] ?? '').map(([, text]) => text)
      // What holds nothing but its places, and a name, is the same everywhere.
      return texts.every(
        (text) => /[а-яё]/i.test(text) || /^[\W_]*$/.test(text.replace(/\{\w+\}|Redis/g, '')),
      )
    }
    expect(needed.filter((key) => !(key in en) || !(key in ru) || !isRussian(key))).toEqual([])
  })

  test('no word is left over, and none that an id needs is missing', () => {
    const source = readdirSync(app, { recursive: true, encoding: 'utf8' })
      .filter((name) => /\.tsx?$/.test(name) && !/^text\/(?:en|ru|english|russian)\b/.test(name))
      .map((name) => readFileSync(join(app, name), 'utf8'))
      .join('\n')
    const prefixes = [...source.matchAll(/(?:words\(|t\(`)['"`]?([\w.]+?)['"`.]*[,$]/g)].map(
      ([, it]) => it ?? '',
    )
    const isUsed = (key: string) =>
      source.includes(`'${key}'`) ||
      prefixes.some((prefix) => key.startsWith(`${prefix.replace(/\.$/, '')}.`))
    expect(keys.filter((key) => !isUsed(key))).toEqual([])
    const control = join(packageRoot(), 'control')
    const audited = readdirSync(control, { recursive: true, encoding: 'utf8' })
      .filter((name) => name.endsWith('.ts') && !name.startsWith('dashboard/'))
      .flatMap((name) => [
        ...readFileSync(join(control, name), 'utf8').matchAll(
          /audit\(\s*(?:request|\{ actor[^}]*\}),\s*(?:\w+ \? )?'([\w.-]+)'(?: : '([\w.-]+)')?/g,
        ),
      ])
      .flatMap(([, ...actions]) => actions.filter((action) => action !== undefined))
    expect(audited.length).toBeGreaterThan(40)
    const needed = [
      ...audited.map((action) => `audit.action.${action}`),
      ...FINDING_KINDS.map((kind) => `finding.${kind}`),
      ...ROLES.map((role) => `people.role.${role}`),
    ]
    expect(needed.filter((key) => !(key in en))).toEqual([])
  })
})
