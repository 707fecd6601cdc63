/** How much each live channel is watched by everybody. */
export interface ChannelPopularity {
  readonly amounts: ReadonlyMap<string, number>
  /** The Euclidean length of the amounts. */
  readonly length: number
}

/** The popularity of channels by how much each is watched, in whatever unit. */
export const popularityOf = (
  amounts: Iterable<readonly [channel: string, amount: number]>,
): ChannelPopularity => {
  const known = new Map(amounts)
  let squares = 0
  for (const amount of known.values()) squares += amount * amount
  return { amounts: known, length: Math.sqrt(squares) }
}

/** Nothing is known of what everybody watches. */
export const UNKNOWN_POPULARITY: ChannelPopularity = popularityOf([])
