import { isReasonId, REASONS, type ReasonId } from '#domain/reasons'
import type { ExplainQuestion } from '../../explain/explanation.ts'
import type { LineupService } from '../../lineup/lineup-service.ts'
import type { Account } from '../../store/tables/records.ts'
import type { ExplainerParts } from './question.ts'

/** What a viewer would be served at the playlist address. */
export interface PlaylistExplanation {
  readonly address: string
  readonly country: string | null
  readonly account: string | null
  readonly group: string | null
  readonly wonBy: string | null
  readonly rule: string | null
  readonly reason: string
  readonly channels: number
  readonly leftOut: number
  readonly first: readonly string[]
  readonly listVersion: string | null
}

/** Channels named as a sample. */
const FIRST = 5

const NOTHING = { channels: 0, leftOut: 0, first: [], listVersion: null }

/** The part of an account that classification needs. */
export const memberOf = (account: Account | null) =>
  account && { id: account.id, name: account.name, group: account.group }

/** What a group is served now. */
const servedTo = (group: string, lineup: LineupService) => {
  const snapshot = lineup.playlists.snapshot()
  const found = snapshot?.groups.find(({ id }) => id === group)
  const leftOut = new Set(found?.leftOut.map(({ id }) => id))
  const kept = (found?.channels ?? []).filter(({ id }) => !leftOut.has(id))
  return {
    channels: kept.length,
    leftOut: leftOut.size,
    first: kept.slice(0, FIRST).map(({ name }) => name),
    listVersion: snapshot?.lists.get(group)?.version ?? null,
  }
}

/** Why the playlist is refused to a viewer whom a group would accept. */
const refusalAt = (
  group: string,
  account: Account | null,
  { token }: ExplainQuestion,
  { accounts, lineup }: ExplainerParts,
): ReasonId | null => {
  if (account !== null || accounts === null) return null
  if (token !== null && token !== '') return 'token.unknown'
  return lineup.catalog.group(group)?.require_account === true ? 'token.missing' : null
}

/** Which list a viewer gets, and by which rule. */
export const explainPlaylist = (
  question: ExplainQuestion,
  account: Account | null,
  parts: ExplainerParts,
): PlaylistExplanation => {
  const { address } = question
  const { lineup, place } = parts
  const country = question.country?.toUpperCase() ?? place(address).country
  const won = lineup.classify({ address, country, account: memberOf(account) })
  const viewer = { address, country, account: account?.id ?? null }
  if (!won)
    return { ...viewer, group: null, wonBy: null, rule: null, reason: 'group.none', ...NOTHING }
  const refusal = refusalAt(won.group, account, question, parts)
  const served = refusal === null ? servedTo(won.group, lineup) : NOTHING
  return { ...viewer, ...won, reason: refusal ?? 'ok', ...served }
}

/** The same for an account that may not watch at all. */
export const refusedPlaylist = (
  question: ExplainQuestion,
  reason: string,
): PlaylistExplanation => ({
  address: question.address,
  country: question.country,
  account: null,
  group: null,
  wonBy: null,
  rule: isReasonId(reason) ? REASONS[reason] : null,
  reason,
  ...NOTHING,
})
