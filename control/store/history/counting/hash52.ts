/**
 * A 52-bit number made of a text: a scan compares it much faster than the text. Not collision-free: callers
 * compare the texts too.
 */
export function hash52(text: string): number {
  let high = 0x811c_9dc5
  let low = 0x1234_5678
  for (let at = 0; at < text.length; at += 1) {
    const code = text.charCodeAt(at)
    high = Math.imul(high ^ code, 0x0100_0193)
    low = Math.imul(low ^ code, 0x85eb_ca6b) ^ (low >>> 13)
  }
  high = Math.imul(high ^ (low >>> 15), 0xc2b2_ae35)
  low = Math.imul(low ^ (high >>> 16), 0x27d4_eb2f)
  return ((high >>> 0) & 0xf_ffff) * 0x1_0000_0000 + ((low ^ (low >>> 14)) >>> 0)
}
