import type { ReasonId } from '#domain/reasons'
import type { AccountRef, GeoPlace } from '#domain/types'
import type { OpenChannel, PassClaims } from '../ports.ts'
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

/** What an edge reports of a session that it let in by itself, and why it may not go on. */
interface OpenedAlone
  extends Pick<Opening, 'channel' | 'address' | 'agent' | 'family' | 'playback' | 'edge' | 'now'> {
  readonly key: string
  /** Unix ms by the edge's clock. */
  readonly openedAt: number
  readonly refusedFor: ReasonId | null
}

/** Records a session that an edge let in by itself, and its end where it may not go on. */
export const recordAlone = (
  viewer: PassClaims & Pick<Asker, 'accountName' | 'network' | 'place'>,
  asked: OpenedAlone,
  ports: Pick<OpenPorts, 'catalog' | 'deviceOf' | 'record'>,
): void => {
  const channel = ports.catalog.channel(asked.channel)
  if (channel === undefined) return
  const { account, accountName, group, network, place, download, sid, protocol } = viewer
  const { key, address, agent, playback, edge, now, openedAt, refusedFor } = asked
  const { device, player, family } = ports.deviceOf(account, network, asked)
  const opened: OpenedEvent = {
    type: 'opened',
    reason: 'ok',
    at: Math.min(openedAt, now),
    sid,
    request: '',
    key,
    account,
    accountName,
    group,
    channel: channel.id,
    title: channel.title,
    protocol,
    isLive: !channel.isVod,
    address,
    network,
    place,
    device,
    player,
    family,
    agent,
    playback,
    door: protocol,
    edge,
    download,
    tokenPrint: download,
  }
  ports.record(opened)
  if (refusedFor !== null) ports.record({ ...opened, type: 'refused', reason: refusedFor, at: now })
}
