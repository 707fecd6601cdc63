import type { PlayRecord } from '#domain/types'
import type { Finding, Household } from '../../detect/types.ts'
import {
  duration,
  left,
  localDate,
  localTime,
  printed,
  right,
  safe,
  shortened,
} from '../common/python-text.ts'
import { footer, heading } from '../compat/text.ts'
import { flaggedAccounts, type JudgedAccount, playedUntil, simultaneousPlays } from './account.ts'

const MOST_FINDINGS = 10

const plural = (count: number, one: string, many = `${one}s`): string =>
  `${count} ${count === 1 ? one : many}`

const distinct = (values: readonly (string | null)[]): number =>
  new Set(values.filter((value) => value !== null)).size

const secondsOf = (play: PlayRecord): number =>
  (play.playedMs ?? Math.max(0, play.lastSeenAt - play.startedAt)) / 1000

const summaryLine = ({ plays }: JudgedAccount): string => {
  const seconds = plays.reduce((sum, play) => sum + secondsOf(play), 0)
  const devices = distinct(plays.map((play) => play.device))
  const networks = distinct(plays.map((play) => (play.isLan ? 'lan' : play.network)))
  const used = `${plural(devices, 'device')}, ${plural(networks, 'network')}`
  return `  ${plural(plays.length, 'play')}, ${duration(seconds)} watched, ${used}`
}

const findingLines = (findings: readonly Finding[]): string[] => {
  if (findings.length === 0) return []
  const shown = findings.slice(0, MOST_FINDINGS)
  const rest = findings.length - shown.length
  return [
    '',
    `    Findings (${findings.length}):`,
    ...shown.map(
      ({ at, severity, summary }) =>
        `      ${localDate(at)} ${localTime(at)}  ${left(severity, 7)}  ${safe(summary)}`,
    ),
    ...(rest > 0 ? [`      and ${rest} more`] : []),
  ]
}

const householdLine = (household: Household): string => {
  const { devices, networks, daysActive, hoursPlayed, televisions, accuracyKm } = household
  const radius = typeof accuracyKm === 'number' ? ` (± ${Math.round(accuracyKm)} km)` : ''
  const parts = [
    plural(devices.length, 'device'),
    plural(networks.length, 'network'),
    `active on ${plural(daysActive, 'day')}`,
    `${hoursPlayed.toFixed(1)} h played`,
    ...(televisions > 0 ? [plural(televisions, 'television')] : []),
  ]
  return `      ${household.isMain ? '*' : '-'} ${safe(household.label)}${radius}: ${parts.join(', ')}`
}

const accountSection = (account: JudgedAccount): string[] => {
  const { assessment } = account
  const reasons = assessment.contributions.map(({ explanation }) => `      ${safe(explanation)}`)
  return [
    `  ${safe(account.name)}  (user_id: ${printed(account.user_id)})`,
    `  Confidence that it is shared: ${Math.round(assessment.confidence)} of 100`,
    summaryLine(account),
    ...(reasons.length > 0 ? ['', '    Why:', ...reasons] : []),
    ...(assessment.households.length > 0 ? ['', '    Households (* the main one):'] : []),
    ...assessment.households.map(householdLine),
    ...findingLines(assessment.findings),
    ...footer(),
  ]
}

const playLines = (play: PlayRecord): string[] => {
  const times = `${localTime(play.startedAt)}-${localTime(playedUntil(play))}`
  const where = [play.city, play.region, play.country].filter((part) => part !== null).join(', ')
  const place = play.isLan ? 'LAN' : where
  const device = `${left(safe(play.platform ?? '?'), 14)} ${left(safe(play.client ?? '?'), 20)}`
  const address = `${play.address ?? 'no address'}${place === '' ? '' : ` (${safe(place)})`}`
  return [
    `      ${times}  ${right(duration(secondsOf(play)), 7)}  ${device} ${address}`,
    `        ${safe(shortened(play.title ?? '?'))}`,
  ]
}

const timelineSection = (account: JudgedAccount): string[] => {
  const lines: string[] = []
  let date = ''
  for (const play of simultaneousPlays(account.plays)) {
    if (localDate(play.startedAt) !== date) {
      date = localDate(play.startedAt)
      lines.push(`    ${date}`)
    }
    lines.push(...playLines(play))
  }
  const body = lines.length > 0 ? lines : ['    (no sessions at the same time)']
  return [
    `  ${safe(account.name)}  (user_id: ${printed(account.user_id)})`,
    '',
    ...body,
    ...footer(),
  ]
}

/** Accounts that look shared, each with its reasons. */
export const gatehouseReport = (accounts: Parameters<typeof flaggedAccounts>[0]): string[] => {
  const flagged = flaggedAccounts(accounts)
  if (flagged.length === 0) return ['No account looks shared.']
  return [
    ...heading(`ACCOUNTS THAT LOOK SHARED  —  ${flagged.length} of ${accounts.length}`),
    ...flagged.flatMap(accountSection),
  ]
}

/** Sessions of flagged accounts that ran at the same time, by day. */
export const gatehouseTimeline = (accounts: Parameters<typeof flaggedAccounts>[0]): string[] => {
  const flagged = flaggedAccounts(accounts)
  if (flagged.length === 0) return []
  return [...heading('SESSIONS AT THE SAME TIME'), ...flagged.flatMap(timelineSection)]
}
