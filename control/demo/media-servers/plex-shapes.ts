import type { StagedPlay } from './stage.ts'

type Row = Record<string, unknown>

const mediaOf = ({ item, isTranscoded }: StagedPlay): Row => ({
  id: '1',
  duration: item.durationMs ?? 5_400_000,
  bitrate: isTranscoded === true ? 2000 : 8000,
  container: isTranscoded === true ? 'mkv' : 'mp4',
  // While converting, the output is described here, not the file.
  videoResolution: isTranscoded === true ? '720p' : '1080',
  selected: true,
  ...(item.channel === undefined
    ? {}
    : { channelCallSign: item.channel, channelIdentifier: item.id, channelTitle: item.channel }),
  Part: [{ id: '1', decision: isTranscoded === true ? 'transcode' : 'directplay', selected: true }],
})

const transcodeOf = (play: StagedPlay): Row =>
  play.isTranscoded === true
    ? {
        TranscodeSession: {
          key: `/transcode/sessions/${play.session}`,
          throttled: false,
          complete: false,
          progress: 12.5,
          speed: 2.1,
          videoDecision: 'transcode',
          audioDecision: 'copy',
          protocol: 'dash',
          videoCodec: 'h264',
          transcodeHwRequested: false,
        },
      }
    : {}

const playerOf = (play: StagedPlay): Row => {
  const { device, address, publicAddress, isLocal, isRelayed, state, user } = play
  return {
    ...(address === undefined ? {} : { address }),
    device: device.platform,
    machineIdentifier: device.id,
    model: 'x',
    platform: device.platform,
    platformVersion: '1',
    product: device.app,
    profile: device.app,
    remotePublicAddress: publicAddress ?? address,
    state: state ?? 'playing',
    title: device.name,
    version: '1',
    local: isLocal ?? false,
    ...(isRelayed === undefined ? {} : { relayed: isRelayed }),
    secure: true,
    userID: Number(user.id),
  }
}

const typeOf = ({ isMusic, series }: StagedPlay['item']): string => {
  if (isMusic === true) return 'track'
  return series === undefined ? 'movie' : 'episode'
}

/** A session as an entry of `/status/sessions`; `Session.id` is missing for players that have none. */
export const plexSession = (play: StagedPlay, sessionKey: string): Row => {
  const { item, user, session } = play
  const isLive = item.channel !== undefined
  const location = play.location ?? (play.isLocal === true ? 'lan' : 'wan')
  return {
    sessionKey,
    ratingKey: item.id,
    key: `/library/metadata/${item.id}`,
    guid: `plex://movie/${item.id}`,
    type: typeOf(item),
    title: item.title,
    ...(item.series === undefined ? {} : { grandparentTitle: item.series }),
    duration: item.durationMs ?? 5_400_000,
    viewOffset: 60_000,
    librarySectionID: '1',
    ...(isLive ? { live: '1' } : {}),
    Media: [mediaOf(play)],
    User: { id: user.id, title: user.name, thumb: '' },
    Player: playerOf(play),
    ...(play.canEnd === false ? {} : { Session: { id: session, bandwidth: 8000, location } }),
    ...transcodeOf(play),
    ...play.shown,
  }
}

/** The notification of a session: without user and address. */
export const plexNotification = (play: StagedPlay, sessionKey: string, state: string): Row => ({
  sessionKey,
  clientIdentifier: play.device.id,
  guid: '',
  ratingKey: play.item.id,
  url: '',
  key: `/library/metadata/${play.item.id}`,
  viewOffset: 60_000,
  playQueueItemID: 1,
  state,
  ...(play.isTranscoded === true ? { transcodeSession: play.session } : {}),
})
