import type { Json, StoredRule } from '../../store/tables/records.ts'
import type { Tables } from '../../store/tables/stores.ts'
import type { DetectionRule } from '../rules/rule-types.ts'
import { defaultRules, parseRules } from '../rules/rules.ts'

/** Detection rules of the store, in memory. */
export interface RuleCache {
  /** From memory. */
  rules(): readonly DetectionRule[]
  /** Reads the rules again; called after every change and on a timer, since other control planes change them too. */
  reload(): Promise<void>
}

type RuleStores = Pick<Tables, 'rules' | 'settings'>

const SEEDED = 'detection.seeded'
const MOST = 1000

/** A rule as a row of the store. */
export const storedRule = (rule: DetectionRule, now: number): StoredRule => {
  const json: Json = JSON.parse(JSON.stringify(rule))
  return { id: rule.id, rule: json, enabled: rule.enabled, updatedAt: now }
}

/** Reads all rules of the store; rules that do not parse are left out. */
export const readRules = async (store: Pick<Tables, 'rules'>): Promise<DetectionRule[]> => {
  const { rows } = await store.rules.list({ limit: MOST })
  return rows.flatMap(({ rule }) => {
    const parsed = parseRules([rule])
    return parsed.ok ? parsed.rules : []
  })
}

/** Stores the default rules once per database; deleting them later is final. */
export const seedRules = async (
  store: { atomically: <T>(work: (nouns: Tables) => Promise<T>) => Promise<T> },
  now: number,
): Promise<void> => {
  await store.atomically(async (nouns) => {
    if ((await nouns.settings.get(SEEDED)) !== null) return
    await nouns.settings.set(SEEDED, true, now)
    if ((await nouns.rules.list({ limit: 1 })).rows.length > 0) return
    await nouns.rules.putAll(defaultRules().map((rule) => storedRule(rule, now)))
  })
}

/** Creates the cache; empty until `reload`. */
export const createRuleCache = (store: RuleStores): RuleCache => {
  let current: readonly DetectionRule[] = []
  return {
    rules: () => current,
    reload: async () => {
      current = await readRules(store)
    },
  }
}
