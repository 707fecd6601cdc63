/**
 * Numbers of tuples: the same values in the same order give the same number. A text of them all would cost more than the
 * look-ups, value by value, and would have to be escaped.
 */
export class TupleNumbers {
  /** The number of the tuple without values. */
  static readonly EMPTY = 0

  private readonly rows: (Map<unknown, number> | undefined)[] = [undefined]

  /** The number of a tuple with one value more. */
  add(tuple: number, value: unknown): number {
    let row = this.rows[tuple]
    if (row === undefined) this.rows[tuple] = row = new Map()
    let number = row.get(value)
    if (number === undefined) {
      number = this.rows.push(undefined) - 1
      row.set(value, number)
    }
    return number
  }
}
