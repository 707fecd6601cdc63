/**
 * Numbers for the rows that are drawn, so that the element of a row that went away serves the next one: to fill in another text takes a
 * fraction of the time that making a row and its buttons takes. A row keeps its number as long as it is drawn.
 */
export class Slots {
  #slots = new Map<string, number>()
  #next = 0

  /**
   * The number of each row; `held` is one whose element must not serve another row, since the focus is in it: somebody who presses Enter
   * means the row that was there.
   */
  place(ids: readonly string[], held: number | null): ReadonlyMap<string, number> {
    const wanted = new Set(ids)
    const free = [...this.#slots]
      .filter(([id, slot]) => !wanted.has(id) && slot !== held)
      .map(([, slot]) => slot)
      .toReversed()
    const placed = new Map<string, number>()
    for (const id of wanted) placed.set(id, this.#slots.get(id) ?? free.pop() ?? this.#next++)
    this.#slots = placed
    return placed
  }
}
