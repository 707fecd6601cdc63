/** A programme of a channel, in the order of `Row`: as it is kept while sources are read. */
export interface Programme {
  /** Unix seconds. */
  readonly start: number
  readonly stop: number
  readonly title: string
  readonly lang: string
  readonly description: string
}

/** With all else its source said of it, as XML. */
export interface WholeProgramme extends Programme {
  readonly inner: string
}

/** Seconds of a programme without an end that nothing follows. */
const LAST = 2 * 3600

/** As a source gives it: the end may be missing. */
export interface SourceProgramme extends Omit<WholeProgramme, 'stop'> {
  readonly stop: number | null
}

/** In order of time, each with an end, none twice. */
const tidy = (programmes: readonly SourceProgramme[]): WholeProgramme[] => {
  const sorted = [...programmes].sort((a, b) => a.start - b.start)
  return sorted.flatMap((programme, index) => {
    const next = sorted[index + 1]
    if (next?.start === programme.start) return []
    return [{ ...programme, stop: programme.stop ?? next?.start ?? programme.start + LAST }]
  })
}

/** Programmes of one channel from several sources: those of the first, and of each further one what no programme before overlaps. */
export const mergeProgrammes = (
  sources: readonly (readonly SourceProgramme[])[],
): WholeProgramme[] => {
  let merged: WholeProgramme[] = []
  for (const programmes of sources) {
    const before = merged
    let at = 0
    const fresh = tidy(programmes).filter(({ start, stop }) => {
      while (at < before.length && (before[at]?.stop ?? 0) <= start) at += 1
      return (before[at]?.start ?? Number.POSITIVE_INFINITY) >= stop
    })
    merged = [...before, ...fresh].sort((a, b) => a.start - b.start)
  }
  return merged
}
