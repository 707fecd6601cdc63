import type { PlayRecord } from '#domain/types'

const NUMBERS = /\d+(?:[._]\d+)*[A-Z]?\d*/g

const known = new Map<string, string>()

// Most entries of the cache: few User-Agents are distinct, and clients could send any number.
const KNOWN_AT_MOST = 20_000

const modelOfText = (text: string): string => {
  const before = known.get(text)
  if (before !== undefined) return before
  if (known.size >= KNOWN_AT_MOST) known.clear()
  const model = text.replace(NUMBERS, '#')
  known.set(text, model)
  return model
}

/** The player's model without version: its User-Agent without numbers, else platform and client. */
export const agentModel = (play: Pick<PlayRecord, 'agent' | 'platform' | 'client'>): string =>
  play.agent ? modelOfText(play.agent) : `${play.platform ?? ''}/${play.client ?? ''}`

/** The player's model with version. */
export const agentVersion = (play: Pick<PlayRecord, 'agent' | 'platform' | 'client'>): string =>
  play.agent ?? agentModel(play)
