import { withoutLogins } from '#domain/addresses/address-logins'
import { decodePath } from '#domain/addresses/owners'
import { type Channel, type EntryNames, listedAddress } from '../catalogue/channel.ts'
import {
  eachInTurns,
  filterInTurns,
  groupInTurns,
  mapInTurns,
} from '../catalogue/yield-to-event-loop.ts'
import { areSameEntries, asFormer, calledAs, calledAsEach, entryNamesOf } from './entry-names.ts'
import { hashOfAddress, MOST_RECORDS, type NameRecord, type NameRecords } from './records.ts'

type AddressNames = readonly EntryNames[]
type History = readonly AddressNames[]
type ByAddress = ReadonlyMap<string, readonly Channel[]>

/** What is written for channels, by which it is told whether other names make a difference. */
export interface WrittenRules {
  /** Selections of groups and surge profiles. */
  readonly selections: readonly ((channel: Channel) => boolean)[]
  /** Which rules hold for a channel. */
  readonly rulesOf: (channel: Channel) => string
}

/** Names that are remembered of one address. */
const MOST_NAMES = 16

/** An address without what changes in it while the channel stays. */
const placeOf = ({ origin, base, entry, query }: Channel): string =>
  origin + withoutLogins(decodePath(base + entry), query)

/** Whether an address would be open, or judged by other rules, where it was not under other names. */
const widens = (
  channel: Channel,
  now: AddressNames,
  called: AddressNames,
  { selections, rulesOf }: WrittenRules,
): boolean => {
  const entries = calledAsEach(channel, now)
  if (
    entries.some((it) =>
      selections.some((takes) => takes(it) && !takes({ ...it, former: [called] })),
    )
  )
    return true
  const rules = new Set(entries.map(rulesOf))
  return called.some((names) => !rules.has(rulesOf(calledAs(channel, names))))
}

/** Names under which it was open count as well: a channel that gets them back is open again. */
const matters = (
  channel: Channel,
  now: AddressNames,
  called: AddressNames,
  rules: WrittenRules,
): boolean => widens(channel, now, called, rules) || widens(channel, called, now, rules)

const NAMELESS: EntryNames = { id: '', tvgId: '', name: '', titles: [] }

/** Whether something written leaves a channel out or holds for its names. */
const isWrittenOf = (channel: Channel, { selections, rulesOf }: WrittenRules): boolean =>
  selections.some((takes) => !takes(channel)) ||
  rulesOf(channel) !== rulesOf(calledAs(channel, NAMELESS))

/** A history that ends with these names. */
const endingWith = (history: History, called: AddressNames): History =>
  areSameEntries(history.at(-1) ?? [], called) ? history : [...history, called]

/** A history that is not too long: of names that close and rule the same, the first are enough. `null` = none can go. */
const shortened = (
  channel: Channel,
  history: History,
  { selections, rulesOf }: WrittenRules,
): History | null => {
  if (history.length <= MOST_NAMES) return history
  const seen = new Set<string>()
  const at = history.findIndex((called) => {
    const entries = asFormer(channel, called)
    const taken = selections.map((takes) => entries.some((it) => takes(it)))
    const said = JSON.stringify([taken, entries.map(rulesOf)])
    return seen.size === seen.add(said).size
  })
  return at < 0 ? null : history.toSpliced(at, 1)
}

/** The names before those that an address has now. */
const formerOf = (now: AddressNames, history: History): History => {
  const at = history.findIndex((called) => areSameEntries(called, now))
  return at < 0 ? history : history.slice(0, at)
}

const only = <T>(items: readonly T[] | undefined): T | undefined =>
  items?.length === 1 ? items[0] : undefined

/** For addresses that are new, the one they had before, where but the login in it is another. */
const movedFrom = async (came: ByAddress, went: ByAddress): Promise<Map<string, string>> => {
  const found = new Map<string, string>()
  if (came.size === 0 || went.size === 0) return found
  const placesOf = (all: ByAddress) =>
    groupInTurns(all, ([, [first]]) => (first === undefined ? '' : placeOf(first)))
  const places = await placesOf(went)
  for (const [place, arrived] of await placesOf(came)) {
    const [to] = only(arrived) ?? []
    const [from] = only(places.get(place)) ?? []
    if (to !== undefined && from !== undefined) found.set(to, from)
  }
  return found
}

/** What an address was called by two records of it, the newer one with what the older one has beside that. */
const joined = (newer: History, older: History = []): History => [
  ...older.filter((called) => !newer.some((it) => areSameEntries(it, called))),
  ...newer,
]

/** What records say of addresses that came; `held` are those whose records are known already. */
const readRecords = async (
  records: NameRecords,
  came: Iterable<readonly [string, readonly Channel[]]>,
  held: Iterable<string>,
): Promise<Map<string, NameRecord>> => {
  const found = new Map<string, NameRecord>()
  const byAddress = new Map([...records.all()].map((record) => [record.address, record]))
  if (byAddress.size === 0) return found
  const known = new Set(held)
  for (const address of known) byAddress.delete(hashOfAddress(address))
  const asked: [string, Channel][] = []
  await eachInTurns(came, ([address, [first]]) => {
    if (known.has(address) || first === undefined) return
    asked.push([address, first])
    const record = byAddress.get(hashOfAddress(address))
    if (record === undefined) return
    byAddress.delete(record.address)
    found.set(address, record)
  })
  // The rest are of addresses that are not there: a login in them may be another now, or again that of an older record.
  const byPlace = new Map<string, NameRecord>()
  for (const record of byAddress.values())
    if (record.at >= (byPlace.get(record.place)?.at ?? 0)) byPlace.set(record.place, record)
  if (byPlace.size > 0) {
    const places = await groupInTurns(asked, ([, channel]) => placeOf(channel))
    await eachInTurns(places, ([place, there]) => {
      const [address] = only(there) ?? []
      const record = byPlace.get(hashOfAddress(place))
      if (address === undefined || record === undefined) return
      const own = found.get(address)
      if (own !== undefined && own.at >= record.at) return
      found.set(address, { ...record, called: joined(record.called, own?.called) })
    })
  }
  for (const [address, { called }] of found) if (called.length === 0) found.delete(address)
  return found
}

/** Those of addresses that are not there. */
const missingFrom = async (all: ByAddress, there: ByAddress): Promise<ByAddress> =>
  new Map(await filterInTurns(all, ([address]) => !there.has(address)))

const recordOf = (address: string, channel: Channel, called: History, at: number): NameRecord => ({
  address: hashOfAddress(address),
  place: hashOfAddress(placeOf(channel)),
  at,
  called,
})

const withNames = (channel: Channel, same: readonly Channel[], history: History): Channel => {
  const former = history.length === 0 ? history : formerOf(same.map(entryNamesOf), history)
  const beside = same.filter((it) => it !== channel).map(entryNamesOf)
  if (former.length === 0 && beside.length === 0) return channel
  return {
    ...channel,
    ...(former.length === 0 ? {} : { former }),
    ...(beside.length === 0 ? {} : { beside }),
  }
}

/** The memory of one process; `records` outlive it. */
export class FormerNames {
  private readonly records: NameRecords
  private readonly clock: () => number
  private before: ByAddress = new Map()
  private known = new Map<string, History>()
  private version: number | null = null
  /** What is in no list any more, remembered by this process whatever is written for it. */
  private readonly gone = new Map<string, AddressNames>()

  constructor(records: NameRecords, clock: () => number) {
    this.records = records
    this.clock = clock
  }

  /** The channels of new lists, with the names that may close them; remembers what the lists changed. */
  async settle(channels: readonly Channel[], rules: WrittenRules): Promise<Channel[]> {
    const [was, now] = [this.before, await groupInTurns(channels, listedAddress)]
    const came = await missingFrom(now, was)
    await this.learn(came, now)
    const fresh = was.size === 0 ? [] : await this.compare(was, now, came, rules)
    if (fresh.length > 0) this.records.put(fresh)
    this.before = now
    const named = new Map<Channel, Channel>()
    await eachInTurns(now, ([address, same]) => {
      const history = this.known.get(address)
      if (history === undefined && same.length === 1) return
      for (const channel of same) named.set(channel, withNames(channel, same, history ?? []))
    })
    return await mapInTurns(channels, (channel) => named.get(channel) ?? channel)
  }

  /** Forgets what a channel was called; `false` where nothing was remembered. */
  forget(channel: Channel): boolean {
    const address = listedAddress(channel)
    if (!this.known.delete(address)) return false
    this.records.put([recordOf(address, channel, [], this.clock())])
    return true
  }

  /** Reads what is remembered of addresses that came, or of all where others remembered or forgot. */
  private async learn(arrived: ByAddress, now: ByAddress): Promise<void> {
    const { records } = this
    const isNew = this.version !== records.version()
    this.version = records.version()
    if (isNew) this.known = new Map()
    const came = isNew ? now : arrived
    if (came.size === 0) return
    const held = [...this.known.keys()].filter((it) => now.has(it) && !came.has(it))
    const named: NameRecord[] = []
    for (const [address, { called, isGone }] of await readRecords(records, came, held)) {
      this.known.set(address, joined(called, this.known.get(address)))
      const channels = now.get(address) ?? []
      const [channel] = channels
      if (isGone !== true || channel === undefined) continue
      if (formerOf(channels.map(entryNamesOf), called).length === called.length)
        named.push(recordOf(address, channel, called, this.clock()))
    }
    if (named.length > 0) records.put(named)
  }

  /** Compares with the lists before; returns what is to be remembered. */
  private async compare(
    was: ByAddress,
    now: ByAddress,
    came: ByAddress,
    rules: WrittenRules,
  ): Promise<NameRecord[]> {
    const { known, gone } = this
    const went = await missingFrom(was, now)
    const moved = await movedFrom(came, went)
    const fresh: NameRecord[] = []
    await eachInTurns(now, ([address, channels]) => {
      const from = moved.get(address) ?? address
      const called = was.get(from)?.map(entryNamesOf) ?? gone.get(from)
      const [first] = channels
      if (called === undefined || first === undefined) return
      const history = known.get(from) ?? known.get(address) ?? []
      if (from !== address && history.length > 0) known.set(address, history)
      const names = channels.map(entryNamesOf)
      if (areSameEntries(names, called) || !matters(first, names, called, rules)) return
      const longer = shortened(first, endingWith(history, called), rules)
      if (longer === null) return
      known.set(address, longer)
      fresh.push(recordOf(address, first, longer, this.clock()))
    })
    for (const address of came.keys()) gone.delete(address)
    const left = await this.noteGone(went, new Set(moved.values()), rules)
    return [...fresh, ...left]
  }

  /** Notes addresses that are in no list any more; returns those of them that are remembered longer than by this process. */
  private async noteGone(
    went: ByAddress,
    moved: ReadonlySet<string>,
    rules: WrittenRules,
  ): Promise<NameRecord[]> {
    const { gone, known } = this
    const left: NameRecord[] = []
    await eachInTurns(went, ([address, channels]) => {
      const [first] = channels
      if (first === undefined || moved.has(address)) return
      const called = channels.map(entryNamesOf)
      gone.set(address, called)
      const history = known.get(address) ?? []
      const longer = shortened(first, endingWith(history, called), rules)
      if (longer === null || longer === history) return
      if (channels.some((channel) => isWrittenOf(channel, rules)))
        left.push({ ...recordOf(address, first, longer, this.clock()), isGone: true })
    })
    for (const address of gone.keys()) {
      if (gone.size <= MOST_RECORDS) break
      gone.delete(address)
    }
    return left
  }
}
