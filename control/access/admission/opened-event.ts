import type { ReasonId } from '#domain/reasons'
import type { AccountRef, GeoPlace } from '#domain/types'
import type { OpenChannel } from '../ports.ts'
import { protoForBackend } from './asked-protocol.ts'
import type { OpenedEvent, Opening, OpenPorts } from './opening.ts'

/** Who asks for a channel, as far as an event tells it. */
export interface Asker {
  readonly account: AccountRef
  readonly accountName: string | null
  /** Name of the group. */
  readonly group: string | null
  readonly network: string
  readonly place: GeoPlace
  /** Id of the list it comes from. */
  readonly download: string | null
  readonly tokenPrint: string | null
}

/** All that an event tells of an opening, but what came of it. */
export interface AskedChannel extends Asker {
  readonly opening: Opening
  readonly channel: OpenChannel
  readonly sid: string
  readonly key: string | null
  readonly device: string
  readonly player: string
  readonly family: string
}

/** What a session is played by: another server's own name for it, else the channel's. */
export const playedBy = ({ opening, channel }: Pick<AskedChannel, 'opening' | 'channel'>): string =>
  opening.proto ?? channel.protocol

/** The event of an opening. */
export const openedEvent = (
  asked: AskedChannel,
  outcome: { readonly type: OpenedEvent['type']; readonly reason: ReasonId },
): OpenedEvent => {
  const { opening, channel } = asked
  return {
    type: outcome.type,
    reason: outcome.reason,
    at: opening.now,
    sid: asked.sid,
    request: opening.requestId,
    key: asked.key,
    account: asked.account,
    accountName: asked.accountName,
    group: asked.group,
    channel: channel.id,
    title: channel.title,
    protocol: playedBy(asked),
    isLive: !channel.isVod,
    address: opening.address,
    network: asked.network,
    place: asked.place,
    device: asked.device,
    player: asked.player,
    family: asked.family,
    agent: opening.agent,
    playback: opening.playback,
    door:
      opening.credential.kind === 'xtream' ? 'xtream' : protoForBackend(opening, channel.protocol),
    edge: opening.edge,
    download: asked.download,
    tokenPrint: asked.tokenPrint,
  }
}

/**
 * Records the refusal of a viewer who is known, before a session was asked for. Nothing is recorded of strangers, who could fill the history with
 * guesses, nor of channels that do not exist.
 */
export const recordRefused = (
  asker: Asker,
  { opening, reason }: { readonly opening: Opening; readonly reason: ReasonId },
  ports: Pick<OpenPorts, 'catalog' | 'signer' | 'deviceOf' | 'record'>,
): void => {
  const channel = ports.catalog.channel(opening.channel)
  if (channel === undefined) return
  const { device, player, family } = ports.deviceOf(asker.account, asker.network, opening)
  const sid = ports.signer.sessionId(opening.requestId)
  const asked = { ...asker, opening, channel, sid, key: null, device, player, family }
  ports.record(openedEvent(asked, { type: 'refused', reason }))
}
