import type { Catalog } from '../access/ports.ts'
import type { Config } from '../config/schema.ts'
import type { Lineup } from './lineup.ts'

/** Compiles the channel rules of a configuration once. */
const compileRules = (config: Config) =>
  config.channels.map((rule) => ({ rule, pattern: new RegExp(rule.match, 'u') }))

/** The lineup as openings and checks ask it. */
export const createCatalog = (
  lineup: () => Lineup,
  config: () => Config,
  classify: Catalog['classify'],
): Catalog => {
  let compiled = { config: config(), rules: compileRules(config()) }
  const rules = () => {
    if (compiled.config !== config()) {
      compiled = { config: config(), rules: compileRules(config()) }
    }
    return compiled.rules
  }
  return {
    classify,
    channel: (id) => {
      const channel = lineup().channels.get(id)
      if (!channel) return undefined
      const { name: title, protocol, isVod, entry } = channel
      return { id, title, protocol, isVod, entry }
    },
    group: (name) => lineup().groups.get(name)?.config,
    standing: (group, channel) => {
      const found = lineup().groups.get(group)
      if (!found?.channels.has(channel)) return 'out'
      return found.leftOut.has(channel) ? 'surge' : 'in'
    },
    rule: (channel) => rules().find(({ pattern }) => pattern.test(channel))?.rule,
  }
}
