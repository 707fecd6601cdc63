/** Parts of a segment of the bench's channel. */
export const PARTS = 4

/** A live channel that began at Unix ms 0: each part so long. */
export const partReadyAt = (part: number, partMs: number): number => (part + 1) * partMs

/** The newest part that is there. */
export const newestPart = (now: number, partMs: number): number => Math.floor(now / partMs) - 1

/** How a blocking reload asks for a part (RFC 8216bis, section 6.2.5.2). */
export const reloadOf = (part: number): string =>
  `_HLS_msn=${Math.floor(part / PARTS)}&_HLS_part=${part % PARTS}`

/** The part that a blocking reload asks for; null of any other request. */
export const askedPart = (url: string): number | null => {
  const found = /_HLS_msn=(\d+)(?:&_HLS_part=(\d+))?/.exec(url)
  return found === null ? null : Number(found[1]) * PARTS + Number(found[2] ?? PARTS - 1)
}

/** Unix ms, with fractions. */
export const now = (): number => performance.timeOrigin + performance.now()
