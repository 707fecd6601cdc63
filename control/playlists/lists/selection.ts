import { compileNameTest } from '#domain/channels/name-test'
import type { Channel } from '../catalogue/channel.ts'
import {
  channelNames,
  compileExcludedIds,
  foldName,
  visibleText,
} from '../catalogue/channel-names.ts'
import {
  eachInTurns,
  filterInTurns,
  mapInTurns,
  sortInTurns,
} from '../catalogue/yield-to-event-loop.ts'
import { asFormer, besideOf } from '../former/entry-names.ts'

/** Which channels, as configured; all of them where nothing is named. */
export interface Selection {
  readonly titles: readonly string[]
  /** Ids, and `tvg-id`s: those hold for every entry that carries them. */
  readonly ids: readonly string[]
  readonly names: readonly string[]
  /** Regular expressions over id, `tvg-id` and name. */
  readonly patterns: readonly string[]
  /** Ids, `tvg-id`s, names or group-titles left out. */
  readonly exclude: readonly string[]
  /** Ids or names that come first, in this order. */
  readonly order: readonly string[]
  /** Sources to take from; all when empty. */
  readonly sources: readonly string[]
}

const foldAll = (texts: readonly string[]): Set<string> => new Set(texts.map(foldName))

/** Both the parts of a `;`-separated group-title and the whole of it answer. */
const hasTitle = (titles: ReadonlySet<string>, channel: Channel): boolean =>
  titles.size > 0 &&
  (channel.titles.some((title) => titles.has(foldName(title))) ||
    titles.has(foldName(channel.titles.join(';'))))

/** Says what is not meant and nothing else: `^(?!adult)`. What it refuses by one name must not come back by another. */
const ONLY_NEGATION = /^\^?(?:\(\?!(?:[^()]|\([^()]*\))*\))+(?:\.[*+])?\$?$/

const namesOf = (channel: Channel): string[] => [
  ...channelNames(channel),
  channel.name,
  visibleText(channel.name),
]

/** A test for membership, everything compiled once. What a channel was called before, or another entry of its address is, closes and never opens. */
export const compileSelection = (selection: Selection): ((channel: Channel) => boolean) => {
  const sources = new Set(selection.sources)
  const ids = new Set(selection.ids)
  const names = foldAll(selection.names)
  const titles = foldAll(selection.titles)
  const patterns = selection.patterns.map((pattern) => {
    const isRefusal = ONLY_NEGATION.test(pattern)
    // A list that writes a name otherwise opens nothing that was refused.
    const fits = compileNameTest(pattern, isRefusal ? 'iu' : 'u')
    return { fits, expression: new RegExp(pattern, 'u'), isRefusal }
  })
  const isExcludedId = compileExcludedIds(selection.exclude)
  const excluded = foldAll(selection.exclude)
  const takesAll = ids.size + names.size + titles.size + patterns.length === 0

  const isNamed = (channel: Channel, others: readonly Channel[]): boolean =>
    channelNames(channel).some((name) => ids.has(name)) ||
    names.has(foldName(channel.name)) ||
    hasTitle(titles, channel) ||
    patterns.some(({ fits, expression, isRefusal }) =>
      isRefusal
        ? fits([channel, ...others].flatMap(namesOf))
        : fits(channelNames(channel)) || expression.test(channel.name),
    )
  const isLeftOutByName = (channel: Channel): boolean =>
    isExcludedId(channel) || excluded.has(foldName(channel.name))
  const isLeftOut = (channel: Channel, others: readonly Channel[]): boolean =>
    excluded.size > 0 &&
    (hasTitle(excluded, channel) || isLeftOutByName(channel) || others.some(isLeftOutByName))
  const isTaken = (channel: Channel): boolean => {
    const others = besideOf(channel)
    return (
      (sources.size === 0 || sources.has(channel.source)) &&
      (takesAll || isNamed(channel, others)) &&
      !isLeftOut(channel, others)
    )
  }
  return (channel) =>
    isTaken(channel) &&
    (channel.former ?? []).every((called) => asFormer(channel, called).some(isTaken))
}

/** The selected channels: those named by `order` first, the rest as the sources have them. */
export const selectChannels = async (
  channels: readonly Channel[],
  selection: Selection,
): Promise<Channel[]> => {
  const selected = await filterInTurns(channels, compileSelection(selection))
  if (selection.order.length === 0) return selected
  const byId = new Map(selection.order.map((text, index) => [text, index]))
  const byName = new Map(selection.order.map((text, index) => [foldName(text), index]))
  const rank = (channel: Channel): number =>
    channelNames(channel)
      .map((name) => byId.get(name))
      .find((place) => place !== undefined) ??
    byName.get(foldName(channel.name)) ??
    selection.order.length
  const ranked = await mapInTurns(selected, (channel) => ({ channel, rank: rank(channel) }))
  return (await sortInTurns(ranked, (a, b) => a.rank - b.rank)).map(({ channel }) => channel)
}

/** A test for selectors no channel answers to: most likely a misspelling. */
export const findDeadSelectors = async (
  channels: readonly Channel[],
): Promise<(selection: Selection) => string[]> => {
  const known = new Set<string>()
  const knownToExclusions = new Set<string>()
  await eachInTurns(channels, (channel) => {
    const { id, name, titles } = channel
    known
      .add(id)
      .add(foldName(name))
      .add(foldName(titles.join(';')))
    for (const it of channelNames(channel)) {
      known.add(it)
      knownToExclusions.add(foldName(it))
    }
    for (const title of titles) known.add(foldName(title))
  })
  return ({ titles, ids, names, exclude, order }) => {
    const isKnown = (text: string): boolean => known.has(text) || known.has(foldName(text))
    const dead = [...titles, ...ids, ...names, ...order].filter((text) => !isKnown(text))
    const idle = exclude.filter((text) => !isKnown(text) && !knownToExclusions.has(foldName(text)))
    return [...new Set([...dead, ...idle])]
  }
}
