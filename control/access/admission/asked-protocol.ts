import { describePath, isGenericEntry } from '#domain/channels/channel'
import type { Opening } from './opening.ts'

/** What backends are told of the protocol: what the player will get, or the word of the server that asks. */
export const protoForBackend = (
  { proto, rest, args, now }: Pick<Opening, 'proto' | 'rest' | 'args' | 'now'>,
  ofChannel: string,
): string => {
  if (proto) return proto
  if (isGenericEntry(rest)) return ofChannel
  const { kind, protocol } = describePath(rest, args, Math.floor(now / 1000))
  return kind === 'segment' ? ofChannel : protocol
}
