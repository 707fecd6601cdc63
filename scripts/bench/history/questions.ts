import type { Store } from '../../../control/store/store.ts'
import type { Population } from './plays.ts'

const DAY_MS = 86_400_000
const HOUR_MS = 3_600_000
const ZONE = 'Europe/Berlin'
const MAPPED = 10_000

/** Asks something; answers how many rows came. */
export type Question = (round: number) => Promise<number>

/** Another span of so many whole UTC days each round. */
const days =
  ({ to }: Population, count: number) =>
  (round: number) => {
    const end = to - (round % 10) * DAY_MS
    return { from: end - count * DAY_MS, to: end }
  }

/** What the dashboard asks of whole UTC days. */
const wholeDays = ({ history }: Store, people: Population): Record<string, Question> => {
  const { dashboard } = history
  const { from, to } = people
  const month = days(people, 30)
  const year = { from, to }
  const account = (round: number) => `own:${(round * 97) % 20_000}`
  return {
    now: async () => (await dashboard.now(to - 5 * 60_000)).length,
    'per user, 30 days': async (n) => (await dashboard.user(account(n), month(n))).recent.length,
    'per user, a year': async (n) => (await dashboard.user(account(n), year)).recent.length,
    'top channels, 30 days': async (n) => (await dashboard.topChannels(month(n))).length,
    'top channels, a year': async () => (await dashboard.topChannels(year)).length,
    'per day, a year': async () => (await dashboard.perDay(year)).length,
    'per country, 30 days': async (n) => (await dashboard.perCountry(month(n))).length,
    'per country, a year': async () => (await dashboard.perCountry(year)).length,
    'unique viewers, 30 days': (n) => dashboard.uniqueViewers(month(n)),
    'unique viewers, a year': () => dashboard.uniqueViewers(year),
    'top accounts, 30 days': async (n) => (await dashboard.topAccounts(month(n))).length,
    'top accounts, a year': async () => (await dashboard.topAccounts(year)).length,
    'map points, 30 days': async (n) => (await dashboard.mapPoints(month(n))).length,
    'map points, a year': async () => (await dashboard.mapPoints(year)).length,
    'newest plays, one page': async () =>
      (await history.list({ sort: 'startedAt', descending: true, limit: 50 })).rows.length,
    'plays of an account, 30 days (detectors)': async (n) => {
      const span = month(n)
      return (await history.playsOf(account(n), span.from, span.to)).length
    },
  }
}

/** What it asks of spans that begin and end within a day, and what single plays answer. */
const singlePlays = (
  { history: { dashboard } }: Store,
  people: Population,
): Record<string, Question> => {
  const until = (span: (round: number) => { from: number; to: number }) => (round: number) => {
    const { from, to } = span(round)
    return { from: from - 7 * HOUR_MS, to: to - 7 * HOUR_MS }
  }
  const day = until(days(people, 1))
  const week = until(days(people, 7))
  const month = until(days(people, 30))
  const hour = (round: number) => {
    const { to } = day(round)
    return { from: to - HOUR_MS, to }
  }
  return {
    'levels, an hour': async (n) => (await dashboard.levels(hour(n), 13)).length,
    'map plays, a day': async (n) => (await dashboard.mapPlays(day(n), MAPPED)).plays.length,
    'top accounts, 30 days to now': async (n) => (await dashboard.topAccounts(month(n))).length,
    'top channels, 30 days to now': async (n) => (await dashboard.topChannels(month(n))).length,
    'unique viewers, 30 days to now': (n) => dashboard.uniqueViewers(month(n)),
    'names of 20 accounts, 30 days': async (n) =>
      (
        await dashboard.names(
          Array.from({ length: 20 }, (_, a) => `own:${a}`),
          month(n),
        )
      ).size,
    'peak, 7 days': async (n) => (await dashboard.peak(week(n))).streams,
    'peak, 30 days': async (n) => (await dashboard.peak(month(n))).streams,
    'top devices, 30 days': async (n) => (await dashboard.topOf('device', month(n))).length,
    'top edges, 30 days': async (n) => (await dashboard.topOf('edge', month(n))).length,
    'top titles, 30 days': async (n) => (await dashboard.topTitles(month(n))).length,
    'top deliveries, 30 days': async (n) => (await dashboard.topOf('delivery', month(n))).length,
    'per hour of a zone, 7 days': async (n) => (await dashboard.perHour(week(n), ZONE)).length,
    'per hour of a zone, 30 days': async (n) => (await dashboard.perHour(month(n), ZONE)).length,
    'per day of a zone, 7 days': async (n) => (await dashboard.perDay(week(n), ZONE)).length,
    'per day of a zone, 30 days': async (n) => (await dashboard.perDay(month(n), ZONE)).length,
  }
}

/** Every question of the dashboard, by what it asks. */
export const questions = (store: Store, people: Population): Record<string, Question> => ({
  ...wholeDays(store, people),
  ...singlePlays(store, people),
})
