const waiting = new Map<string, Promise<unknown>>()

/** Does the work of one kind after what was begun before: what a check of `If-Match` has seen holds until the change is written. */
export const oneAtATime = async <T>(kind: string, work: () => Promise<T>): Promise<T> => {
  const turn = (waiting.get(kind) ?? Promise.resolve()).then(work)
  waiting.set(
    kind,
    turn.catch(() => undefined),
  )
  return await turn
}
