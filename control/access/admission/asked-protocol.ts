import { isGenericEntry, kindOfPath } from '#domain/channels/channel'
import type { Opening } from './opening.ts'

/**
 * The `proto` argument of a backend request (Flussonic): the delivered protocol, or the name the asking server
 * used.
 */
export const protoForBackend = (
  { proto, rest }: Pick<Opening, 'proto' | 'rest'>,
  ofChannel: string,
): string => {
  if (proto) return proto
  if (isGenericEntry(rest)) return ofChannel
  const { kind, protocol } = kindOfPath(rest)
  return kind === 'segment' ? ofChannel : protocol
}
