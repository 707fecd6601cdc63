import { isChannelId } from '#domain/channels/channel'
import { formatAddress, parseAddress } from '#domain/networks/network'
import type { HookPlay } from '../admission/hook-play.ts'

/** A playback read from a request, or what is wrong with the request. */
export type ReadPlay =
  | { readonly ok: true; readonly play: HookPlay }
  | { readonly ok: false; readonly why: string }

const JUNK_LENGTH = 2048

const refuse = (why: string): ReadPlay => ({ ok: false, why })

/** Canonical text of an address, brackets and zone left out; `null` where it is none. */
const addressOf = (text: string | null): string | null => {
  const parsed = text === null ? null : parseAddress(text.replace(/^\[|\]$/g, ''))
  return parsed === null ? null : formatAddress(parsed)
}

const PROTO = /^[a-z0-9/_.+-]{1,16}$/i

const isSafe = (text: string | null): boolean =>
  text === null || (text.length < JUNK_LENGTH && !/\p{Cc}/u.test(text))

/** A playback as a request or a server's list describes it. */
export interface PlayDraft extends Omit<HookPlay, 'address' | 'channel'> {
  readonly address: string | null
  readonly channel: string | null
}

/** Refuses what cannot be a playback before anything is looked up. */
export const checkedPlay = (draft: PlayDraft): ReadPlay => {
  const address = addressOf(draft.address)
  if (address === null) return refuse('the address of the viewer is missing or none')
  if (draft.channel === null || !isChannelId(draft.channel))
    return refuse('the name of the channel is missing or none')
  if (draft.playback === '') return refuse('the id of the playback is missing')
  const texts = [draft.token, draft.userAgent, draft.referer, draft.host, draft.qs, draft.playback]
  // Invalid UTF-8 was decoded to replacement characters, so two such tokens would be equal.
  if (!texts.every(isSafe) || draft.token?.includes('\ufffd') === true)
    return refuse('a field is too long or holds control characters')
  const proto = draft.proto !== null && PROTO.test(draft.proto) ? draft.proto : null
  return { ok: true, play: { ...draft, proto, address, channel: draft.channel } }
}
