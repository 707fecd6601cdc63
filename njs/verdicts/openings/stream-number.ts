import { isStreamNumber, streamNumberKey } from '../../domain/channels/channel-table.ts'
import { liveTable } from '../../state/table-halves.ts'
import { readChannel } from '../origin.ts'

/** The channel that apps call by this number; what is no such number, or the id of a channel itself, stays as it is. */
export const channelOfNumber = (text: string): string => {
  if (!isStreamNumber(text) || readChannel(text) !== null) return text
  return liveTable('channels')?.get(streamNumberKey(text)) ?? text
}
