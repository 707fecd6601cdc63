/** A channel of the lists that a guide is wanted for. */
export interface WantedChannel {
  /** Under which `<channel id>` apps look for it: see {@link guideIdOf}. */
  readonly guideId: string
  /** Ids and names it may be found by, those of the entry. */
  readonly ids: readonly string[]
  readonly names: readonly string[]
  /** Minutes its programmes are moved by. */
  readonly shiftMin: number
  /** Days its archive reaches back; 0 = none. */
  readonly archiveDays: number
}

/** A channel of a source. */
export interface SourceChannel {
  readonly id: string
  readonly names: readonly string[]
}

/** Names are compared without case, accents, blanks and signs; `+` and digits count. */
const fold = (text: string): string =>
  text
    .normalize('NFKD')
    .toLowerCase()
    .replace(/\p{M}/gu, '')
    .replace(/[^\p{L}\p{N}+]/gu, '')

/**
 * The wanted channels of each channel of a source: by the operator's mapping, else by id, by id in any case, by name. `mapping` leads from an id or name of
 * ours to the source's id.
 */
export const matchChannels = (
  wanted: readonly WantedChannel[],
  source: readonly SourceChannel[],
  mapping: Readonly<Record<string, string>>,
): ReadonlyMap<string, readonly WantedChannel[]> => {
  const byId = new Map(source.map((channel) => [channel.id, channel.id]))
  const byFolded = new Map<string, string>()
  const byName = new Map<string, string>()
  for (const { id, names } of source) {
    if (!byFolded.has(id.toLowerCase())) byFolded.set(id.toLowerCase(), id)
    for (const name of names)
      if (fold(name) !== '' && !byName.has(fold(name))) byName.set(fold(name), id)
  }
  const given = new Map(Object.entries(mapping))
  const find = ({ ids, names }: WantedChannel): string | undefined => {
    const named = [...ids, ...names].map((it) => given.get(it)).find((it) => it !== undefined)
    if (named !== undefined) return byId.get(named)
    return (
      ids.map((id) => byId.get(id)).find((id) => id !== undefined) ??
      ids.map((id) => byFolded.get(id.toLowerCase())).find((id) => id !== undefined) ??
      names.map((name) => byName.get(fold(name))).find((id) => id !== undefined)
    )
  }
  const found = new Map<string, WantedChannel[]>()
  for (const channel of wanted) {
    const id = find(channel)
    if (id === undefined) continue
    const list = found.get(id)
    if (list === undefined) found.set(id, [channel])
    else list.push(channel)
  }
  return found
}

/** A test for channels of a source that some wanted channel may turn out to be: all that {@link matchChannels} could choose, known before the rest is read. */
export const isCandidate = (
  wanted: readonly WantedChannel[],
  mapping: Readonly<Record<string, string>>,
): ((channel: SourceChannel) => boolean) => {
  const ids = new Set(wanted.flatMap((channel) => channel.ids.map((id) => id.toLowerCase())))
  const names = new Set(wanted.flatMap((channel) => channel.names.map(fold)))
  const given = new Set(Object.values(mapping))
  names.delete('')
  return (channel) =>
    given.has(channel.id) ||
    ids.has(channel.id.toLowerCase()) ||
    channel.names.some((name) => names.has(fold(name)))
}
