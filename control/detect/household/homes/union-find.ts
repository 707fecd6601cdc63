/** Disjoint-set forest (union-find) over strings. */
export class UnionFind {
  readonly #parent = new Map<string, string>()

  /** The name of the set an item is in; an unknown item is a set of its own. */
  find(item: string): string {
    let root = item
    for (
      let up = this.#parent.get(root);
      up !== undefined && up !== root;
      up = this.#parent.get(root)
    ) {
      root = up
    }
    // Path compression keeps later look-ups short.
    let at = item
    while (at !== root) {
      const up = this.#parent.get(at) ?? root
      this.#parent.set(at, root)
      at = up
    }
    return root
  }

  /** Joins two sets; the smaller name wins, so the result does not depend on the order of the calls. */
  join(a: string, b: string): void {
    const [x, y] = [this.find(a), this.find(b)]
    if (x === y) return
    if (x < y) this.#parent.set(y, x)
    else this.#parent.set(x, y)
  }
}
