/** What the origin answers: a body with its type, before ranges and HEAD are looked at. */
export interface Answer {
  readonly type: string
  readonly body: Buffer | string
  /** Seconds a cache may keep it. */
  readonly maxAge: number
}

/** A part of a body, as `Range: bytes=` asks for it. */
export interface Part {
  readonly from: number
  readonly to: number
}

/** Reads a Range header for a body of `size` bytes: `null` for the whole body, `'outside'` for 416. */
export function readRange(header: string | undefined, size: number): Part | null | 'outside' {
  const found = /^bytes=(\d*)-(\d*)$/.exec(header ?? '')
  if (found === null || (found[1] === '' && found[2] === '')) return null
  const last = size - 1
  if (found[1] === '') {
    const tail = Number(found[2])
    return tail === 0 ? 'outside' : { from: Math.max(0, size - tail), to: last }
  }
  const from = Number(found[1])
  const to = found[2] === '' ? last : Math.min(Number(found[2]), last)
  if (from > last) return 'outside'
  return to < from ? null : { from, to }
}
