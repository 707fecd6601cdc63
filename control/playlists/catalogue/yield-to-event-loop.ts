/** Milliseconds of work between two yields. */
const STRETCH_MS = 10
/** Items between two looks at the clock. */
const BATCH = 16

let since = performance.now()

/** Yields to the event loop, so that lists of 300,000 entries do not block requests. */
export const yieldToEventLoop = (): Promise<void> =>
  new Promise((resolve) =>
    setImmediate(() => {
      since = performance.now()
      resolve()
    }),
  )

/** Yields in a loop once it has worked for long, by the index of the current item. */
export const yieldEvery = (index: number): Promise<void> | undefined =>
  index % BATCH === BATCH - 1 && performance.now() - since > STRETCH_MS
    ? yieldToEventLoop()
    : undefined

/** Works through items, yielding in between. */
export const eachInTurns = async <T>(
  items: Iterable<T>,
  work: (item: T) => void,
): Promise<void> => {
  let index = 0
  for (const item of items) {
    work(item)
    const pause = yieldEvery(index)
    if (pause !== undefined) await pause
    index += 1
  }
}

/** `Array.from` with a function, in turns. */
export const mapInTurns = async <T, R>(items: Iterable<T>, make: (item: T) => R): Promise<R[]> => {
  const made: R[] = []
  await eachInTurns(items, (item) => made.push(make(item)))
  return made
}

/** `Array.prototype.filter` in turns. */
export const filterInTurns = async <T>(
  items: Iterable<T>,
  isKept: (item: T) => boolean,
): Promise<T[]> => {
  const kept: T[] = []
  await eachInTurns(items, (item) => {
    if (isKept(item)) kept.push(item)
  })
  return kept
}

/** `groupBy` in turns. */
export const groupInTurns = async <K, V>(
  values: Iterable<V>,
  keyOf: (value: V) => K,
): Promise<Map<K, V[]>> => {
  const groups = new Map<K, V[]>()
  await eachInTurns(values, (value) => {
    const key = keyOf(value)
    const group = groups.get(key)
    if (group) group.push(value)
    else groups.set(key, [value])
  })
  return groups
}

/** Sorted at once. */
const RUN = 2048

/** `Array.prototype.toSorted` in turns: stable, by merging sorted runs. */
export const sortInTurns = async <T extends string | number | object>(
  items: readonly T[],
  compare: (a: T, b: T) => number,
): Promise<T[]> => {
  let from: T[] = []
  for (let at = 0; at < items.length; at += RUN) {
    for (const item of items.slice(at, at + RUN).sort(compare)) from.push(item)
    await yieldEvery(BATCH - 1)
  }
  for (let width = RUN; width < from.length; width *= 2) {
    const merged: T[] = []
    for (let start = 0; start < from.length; start += 2 * width) {
      const middle = Math.min(start + width, from.length)
      const end = Math.min(middle + width, from.length)
      let [left, right] = [start, middle]
      while (left < middle || right < end) {
        const a = left < middle ? from[left] : undefined
        const b = right < end ? from[right] : undefined
        if (a !== undefined && (b === undefined || compare(a, b) <= 0)) {
          merged.push(a)
          left += 1
        } else {
          if (b !== undefined) merged.push(b)
          right += 1
        }
        const pause = yieldEvery(merged.length)
        if (pause !== undefined) await pause
      }
    }
    from = merged
  }
  return from
}

/** Code units, as `Array.prototype.sort` has it. */
export const byCodeUnits = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0)
