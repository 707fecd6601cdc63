/** Warnings of one kind that are spelled out; many lines of a list may be odd in the same way. */
const MOST_OF_A_KIND = 20
const MOST = 200

/** What was odd but readable, each kind with its first lines and how many there are beside them. */
export class Warnings {
  private readonly told: { text: string; more: number }[] = []
  private readonly kinds = new Map<string, { count: number; last: number }>()
  private untold = 0

  /** Takes one; of the same kind are those with the same text, where nothing else is said. */
  add(where: string, text: string, kind = text): void {
    const known = this.kinds.get(kind)
    if (known !== undefined && known.count >= MOST_OF_A_KIND) {
      const last = this.told[known.last]
      if (last) last.more += 1
      return
    }
    if (this.told.length >= MOST) {
      this.untold += 1
      return
    }
    this.kinds.set(kind, { count: (known?.count ?? 0) + 1, last: this.told.length })
    this.told.push({ text: `${where}: ${text}`, more: 0 })
  }

  /** Takes one that is counted already. */
  take(text: string): void {
    this.told.push({ text, more: 0 })
  }

  /** All of them, in their order. */
  list(): string[] {
    const lines = this.told.map(({ text, more }) =>
      more > 0 ? `${text} (and ${more} more like this)` : text,
    )
    return this.untold > 0 ? [...lines, `and ${this.untold} more`] : lines
  }
}
