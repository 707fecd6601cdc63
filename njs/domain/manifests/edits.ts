import type { Steps } from '../steps.ts'

/** A range of a text and its replacement. */
export interface Edit {
  readonly from: number
  readonly to: number
  readonly text: string
}

const EDITS_A_STEP = 256

/** Parts that are in order as they are. */
const runsOf = (edits: readonly Edit[]): (readonly Edit[])[] => {
  const runs: (readonly Edit[])[] = []
  let begin = 0
  for (const [at, { from }] of edits.entries()) {
    if (at === begin || from >= (edits[at - 1]?.from ?? 0)) continue
    runs.push(edits.slice(begin, at))
    begin = at
  }
  return [...runs, edits.slice(begin)]
}

const merge = (one: readonly Edit[], other: readonly Edit[]): Edit[] => {
  const merged: Edit[] = []
  let at = 0
  for (const edit of one) {
    for (let next = other[at]; next !== undefined && next.from < edit.from; next = other[at]) {
      merged.push(next)
      at += 1
    }
    merged.push(edit)
  }
  return merged.concat(other.slice(at))
}

/** In the order of the text: edits come in a few runs that are in order, where a sort compares a million times for an archive of a day. */
function* inOrder(edits: readonly Edit[]): Steps<readonly Edit[]> {
  let runs = runsOf(edits)
  while (runs.length > 1) {
    const merged: (readonly Edit[])[] = []
    for (let at = 0; at < runs.length; at += 2) {
      merged.push(merge(runs[at] ?? [], runs[at + 1] ?? []))
      yield
    }
    runs = merged
  }
  return runs[0] ?? []
}

/** The text with its edits, which do not overlap. */
export function* applyEdits(text: string, edits: readonly Edit[]): Steps<string> {
  const sorted = yield* inOrder(edits)
  let out = ''
  let done = 0
  for (const [at, edit] of sorted.entries()) {
    if (at % EDITS_A_STEP === 0) yield
    out += text.slice(done, edit.from) + edit.text
    done = edit.to
  }
  return out + text.slice(done)
}
