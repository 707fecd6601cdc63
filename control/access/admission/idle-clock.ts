import type { Config } from '../../config/schema/schema.ts'
import type { OpenChannel } from '../ports.ts'

/** Milliseconds without a request after which a playback is over: films and archives are read ahead, so their clock is longer. */
export const idleMsOf = (
  channel: Pick<OpenChannel, 'isVod' | 'isArchive'>,
  asked: { readonly rest: string; readonly args: string },
  { idle_sec: live, idle_vod_sec: vod }: Config['clocks'],
): number => (channel.isVod || channel.isArchive(asked.rest, asked.args) ? vod : live) * 1000
