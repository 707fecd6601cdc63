import type { Json, StoredRule } from '../../store/tables/records.ts'
import type { Nouns } from '../../store/tables/stores.ts'
import type { DetectionRule } from '../rules/rule-types.ts'
import { defaultRules, parseRules } from '../rules/rules.ts'

/** The rules in force. */
export interface RuleBook {
  /** From memory. */
  rules(): readonly DetectionRule[]
  /** Reads them again; called after every change and now and then, for other control planes change them, too. */
  reload(): Promise<void>
}

type RuleStores = Pick<Nouns, 'rules' | 'settings'>

const SEEDED = 'detection.seeded'
const MOST = 1000

/** A rule as the store keeps it. */
export const storedRule = (rule: DetectionRule, now: number): StoredRule => {
  const json: Json = JSON.parse(JSON.stringify(rule))
  return { id: rule.id, rule: json, enabled: rule.enabled, updatedAt: now }
}

/** Every rule in the store; one an older program wrote and this one cannot read is left out. */
export const readRules = async (store: Pick<Nouns, 'rules'>): Promise<DetectionRule[]> => {
  const { rows } = await store.rules.list({ limit: MOST })
  return rows.flatMap(({ rule }) => {
    const parsed = parseRules([rule])
    return parsed.ok ? parsed.rules : []
  })
}

/** Puts the default rules in place, once: who deletes them has them deleted. */
export const seedRules = async (
  store: { atomically: <T>(work: (nouns: Nouns) => Promise<T>) => Promise<T> },
  now: number,
): Promise<void> => {
  await store.atomically(async (nouns) => {
    if ((await nouns.settings.get(SEEDED)) !== null) return
    await nouns.settings.set(SEEDED, true, now)
    if ((await nouns.rules.list({ limit: 1 })).rows.length > 0) return
    await nouns.rules.putAll(defaultRules().map((rule) => storedRule(rule, now)))
  })
}

/** Keeps the rules in memory; none until read. */
export const createRuleBook = (store: RuleStores): RuleBook => {
  let current: readonly DetectionRule[] = []
  return {
    rules: () => current,
    reload: async () => {
      current = await readRules(store)
    },
  }
}
