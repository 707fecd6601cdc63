import type { Delivery } from '../types.ts'

/** The lightest first. */
const DELIVERIES: readonly Delivery[] = ['direct play', 'direct stream', 'transcode']

/** A delivery by its name; `null` for any other value. */
export const deliveryOf = (value: unknown): Delivery | null =>
  DELIVERIES.find((known) => known === value) ?? null

/** The heavier of two: a server that converted a part of a play had to work for it. */
export const heavierDelivery = (a: unknown, b: unknown): Delivery | null =>
  DELIVERIES.findLast((one) => one === a || one === b) ?? null
