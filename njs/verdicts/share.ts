import { hostOfOrigin } from '../domain/addresses/resolve.ts'
import { knownOrigins, readChannel } from './origin.ts'

/** Whether one manifest may serve all viewers of a channel: unless its origin is set to write one for each. */
export const sharesManifests = (channel: string): boolean => {
  const record = readChannel(channel)
  if (record === null) return false
  const host = hostOfOrigin(record.origin)
  return knownOrigins().every((it) => it.host !== host || it.shares)
}
