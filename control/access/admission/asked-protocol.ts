import { describePath, isGenericEntry } from '#domain/channels/channel'
import type { Opening } from './opening.ts'

/**
 * The `proto` argument of a backend request (Flussonic): the delivered protocol, or the name the asking server
 * used.
 */
export const protoForBackend = (
  { proto, rest, args, now }: Pick<Opening, 'proto' | 'rest' | 'args' | 'now'>,
  ofChannel: string,
): string => {
  if (proto) return proto
  if (isGenericEntry(rest)) return ofChannel
  const { kind, protocol } = describePath(rest, args, Math.floor(now / 1000))
  return kind === 'segment' ? ofChannel : protocol
}
