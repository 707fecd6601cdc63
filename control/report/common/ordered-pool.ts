/** Outcome of one item. */
export type Outcome<R> =
  | { readonly ok: true; readonly value: R }
  | { readonly ok: false; readonly error: Error }

const settle = async <R>(work: () => Promise<R>): Promise<Outcome<R>> => {
  try {
    return { ok: true, value: await work() }
  } catch (error) {
    return { ok: false, error: error instanceof Error ? error : new Error(String(error)) }
  }
}

/**
 * Processes at most `atOnce` items concurrently and yields their outcomes in the order of the items. An error
 * of `work` becomes an outcome.
 */
export async function* orderedPool<T, R>(
  items: readonly T[],
  atOnce: number,
  work: (item: T) => Promise<R>,
): AsyncGenerator<{ readonly item: T; readonly outcome: Outcome<R> }> {
  const waiting = items.values()
  const running: { readonly item: T; readonly outcome: Promise<Outcome<R>> }[] = []
  const startOne = (): boolean => {
    const next = waiting.next()
    if (next.done === true) return false
    const item = next.value
    running.push({ item, outcome: settle(() => work(item)) })
    return true
  }
  while (running.length < atOnce && startOne());
  for (let first = running.shift(); first; first = running.shift()) {
    const outcome = await first.outcome
    startOne()
    yield { item: first.item, outcome }
  }
}
