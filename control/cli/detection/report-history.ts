import type { PlayRecord } from '#domain/types'
import type { ChannelTotals } from '../../detect/household/homes/channel-cache.ts'
import { readFeedback } from '../../detect/live/feedback-cache.ts'
import { readRules } from '../../detect/live/rule-cache.ts'
import type { AccountFeedback } from '../../detect/scoring/feedback.ts'
import { type Person, peopleView, readPeople } from '../../people/people.ts'
import { playsByPerson } from '../../people/people-reader.ts'
import type { HistoryReader } from '../../report/history-accounts.ts'
import type { OpenHistory } from '../../report/run.ts'
import type { Span } from '../../store/history/dashboard.ts'
import { callAdmin, everyRow } from '../common/admin-client.ts'
import { type GlobalOptions, pathsOf } from '../common/context.ts'
import { checkedRules } from './rule-files.ts'
import { isControlRunning, playsOverSocket } from './running-history.ts'
import { instanceConfig, openInstanceStore } from './store-history.ts'

/** Feedback by account, under the account that stands for its person. */
const ofPrimaries = (
  words: readonly AccountFeedback[],
  people: readonly Person[],
): AccountFeedback[] => {
  const { primaryOf } = peopleView(people)
  return words.map((word) => ({ ...word, account: primaryOf(word.account) }))
}

/** Time zone and home networks of the instance's configuration. */
const settingsOf = (options: GlobalOptions) => {
  const config = instanceConfig(options)
  return { zone: config?.store.time_zone ?? null, homeNetworks: config?.home_networks ?? [] }
}

/** The people with several accounts. */
const peopleOverSocket = async (options: GlobalOptions): Promise<Person[]> => {
  const rows = await everyRow(options, '/people?merged=true')
  return rows.map(({ id, name, accounts }) => ({
    id,
    name,
    accounts: accounts.map(({ account }) => account),
  }))
}

/** Plays of a reader, the accounts of a person together. */
async function* ofPersons(
  plays: AsyncIterable<readonly PlayRecord[]>,
  people: () => Promise<readonly Person[]>,
): AsyncGenerator<readonly PlayRecord[]> {
  yield* playsByPerson(plays, peopleView(await people()))
}

/** What the running control plane counted of channels. */
const totalsOverSocket = (options: GlobalOptions): ChannelTotals => {
  const within = ({ from, to }: Span) => `from=${Math.trunc(from)}&to=${Math.trunc(to)}` as const
  return {
    topChannels: async (span, limit = 1000) => {
      const path = `/history/channels?${within(span)}&limit=${limit}` as const
      return (await callAdmin(options, { path })).items
    },
    uniqueViewers: async (span) =>
      (await callAdmin(options, { path: `/history/viewers?${within(span)}` as const })).viewers,
  }
}

const overSocket = (options: GlobalOptions, adminSocket: string): HistoryReader => ({
  playsByAccount: (from, to) =>
    ofPersons(playsOverSocket(adminSocket, from, to), () => peopleOverSocket(options)),
  feedback: async () =>
    ofPrimaries(await everyRow(options, '/feedback'), await peopleOverSocket(options)),
  settings: () => Promise.resolve(settingsOf(options)),
  totals: totalsOverSocket(options),
  rules: async () => checkedRules(await everyRow(options, '/rules'), 'rules in force'),
})

/**
 * Reads the history of the instance the command line names: from the control plane while it runs, else from
 * its store.
 */
export const openReportHistory: OpenHistory = async ({ config, state }) => {
  const options = { ...(config === null ? {} : { config }), ...(state === null ? {} : { state }) }
  const { adminSocket } = pathsOf(options)
  if (await isControlRunning(adminSocket))
    return { ...overSocket(options, adminSocket), close: () => Promise.resolve() }
  const store = await openInstanceStore(options)
  return {
    playsByAccount: (from, to) =>
      ofPersons(store.history.playsByAccount(from, to), async () => await readPeople(store)),
    settings: () => Promise.resolve(settingsOf(options)),
    feedback: async () => ofPrimaries(await readFeedback(store.feedback), await readPeople(store)),
    rules: async () => await readRules(store),
    totals: store.history.dashboard,
    close: async () => await store.close(),
  }
}
