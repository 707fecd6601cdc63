import { memoize } from '#domain/memoize'
import type { PlayRecord } from '#domain/types'

const NUMBERS = /\d+(?:[._]\d+)*[A-Z]?\d*/g

const modelOfText = memoize((text: string): string => text.replace(NUMBERS, '#'))

/** The player's model without version: its User-Agent without numbers, else platform and client. */
export const agentModel = (play: Pick<PlayRecord, 'agent' | 'platform' | 'client'>): string =>
  play.agent ? modelOfText(play.agent) : `${play.platform ?? ''}/${play.client ?? ''}`

/** The player's model with version. */
export const agentVersion = (play: Pick<PlayRecord, 'agent' | 'platform' | 'client'>): string =>
  play.agent ?? agentModel(play)
