import type { Delivery } from '#domain/types'

/** What Jellyfin, Emby and Jellystat call `PlayMethod`. */
const METHODS: Readonly<Record<string, Delivery>> = {
  DirectPlay: 'direct play',
  DirectStream: 'direct stream',
  Transcode: 'transcode',
}

/** How a play is delivered by its method; `null` where that is none. */
export const deliveryOfMethod = (method: string): Delivery | null => METHODS[method] ?? null
