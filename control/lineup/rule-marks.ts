import { compileNameRules, compileNameTest } from '#domain/channels/name-test'
import type { Config } from '../config/schema/schema.ts'
import type { Channel } from '../playlists/catalogue/channel.ts'
import { ruleNames } from './lineup-catalog.ts'

const compileMarks = ({ channels, secure_links: links }: Config) => {
  const rules = channels.map(({ match, auth }, at) => ({ match, auth, rule: at, isClosing: false }))
  const find = [
    compileNameRules(rules),
    compileNameRules(rules.filter(({ auth }) => auth !== null)),
    // As one that lets nobody in.
    compileNameRules(
      rules.filter(({ auth }) => auth !== null).map((it) => ({ ...it, isClosing: true })),
    ),
  ]
  const opened = links.map(({ match }) => compileNameTest(match))
  return (channel: Channel): string => {
    const names = ruleNames(channel)
    const held = find.map((it) => it(names) ?? '')
    return `${held.join()} ${opened.map((fits) => Number(fits(names.names))).join('')}`
  }
}

/** Tells channels apart for which other rules by name hold, as the configuration has them now. */
export const createRuleMarks = (config: () => Config): ((channel: Channel) => string) => {
  let source: Config | null = null
  let marks: (channel: Channel) => string = () => ''
  return (channel) => {
    if (source !== config()) {
      source = config()
      marks = compileMarks(source)
    }
    return marks(channel)
  }
}
