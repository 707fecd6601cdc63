import type { PlayRecord } from '#domain/types'

const NUMBERS = /\d+(?:[._]\d+)*[A-Z]?\d*/g

const known = new Map<string, string>()

// Agents repeat; a million different ones are somebody's play.
const KNOWN_AT_MOST = 20_000

const modelOfText = (text: string): string => {
  const before = known.get(text)
  if (before !== undefined) return before
  if (known.size >= KNOWN_AT_MOST) known.clear()
  const model = text.replace(NUMBERS, '#')
  known.set(text, model)
  return model
}

/** What a play's player says it is, whatever version: its User-Agent without numbers, else platform and client. */
export const agentModel = (play: Pick<PlayRecord, 'agent' | 'platform' | 'client'>): string =>
  play.agent ? modelOfText(play.agent) : `${play.platform ?? ''}/${play.client ?? ''}`

/** The same with its version. */
export const agentVersion = (play: Pick<PlayRecord, 'agent' | 'platform' | 'client'>): string =>
  play.agent ?? agentModel(play)
