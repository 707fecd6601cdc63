import type { StagedPlay } from './stage.ts'

/** A row as the API shows it. */
export type Row = Record<string, unknown>

const TICKS_A_MS = 10_000

const typeOf = ({ channel, series, isMusic }: StagedPlay['item']): string => {
  if (channel !== undefined) return 'TvChannel'
  if (isMusic === true) return 'Audio'
  return series === undefined ? 'Movie' : 'Episode'
}

const itemOf = ({ item }: StagedPlay): Row => ({
  Id: item.id,
  Name: item.title,
  Type: typeOf(item),
  MediaType: item.isMusic === true ? 'Audio' : 'Video',
  RunTimeTicks: (item.durationMs ?? 5_400_000) * TICKS_A_MS,
  ...(item.series === undefined ? {} : { SeriesName: item.series }),
  ...(item.channel === undefined ? {} : { ChannelName: item.channel, ChannelId: item.id }),
})

/** What Jellyfin and Emby both show of a session. */
export const commonSession = (play: StagedPlay, now: number): Row => ({
  Id: play.session,
  UserId: play.user.id,
  UserName: play.user.name,
  Client: play.device.app,
  DeviceName: play.device.name,
  DeviceId: play.device.id,
  ApplicationVersion: '1',
  ...(play.address === undefined ? {} : { RemoteEndPoint: play.address }),
  LastActivityDate: new Date(play.heardAt ?? now).toISOString(),
  SupportedCommands: [],
  NowPlayingItem: itemOf(play),
  PlayState: {
    PositionTicks: 60_000 * TICKS_A_MS,
    CanSeek: true,
    IsPaused: play.state === 'paused',
    IsMuted: false,
    PlayMethod: play.isTranscoded === true ? 'Transcode' : 'DirectPlay',
    RepeatMode: 'RepeatNone',
  },
  SupportsRemoteControl: play.canEnd !== false,
})

/** A signed-in device on which nothing plays: servers list them for hours. */
export const idleSession = (device: string): Row => ({
  Id: `idle-${device}`,
  UserId: '00000000000000000000000000000009',
  UserName: 'idle',
  Client: 'App',
  DeviceName: device,
  DeviceId: device,
  PlayState: { CanSeek: false, IsPaused: false, IsMuted: false },
  SupportsRemoteControl: true,
  SupportsMediaControl: true,
})

/** A user with the policy fields that matter here. */
export const userRow = (id: string, name: string, policy: Row): Row => ({
  Id: id,
  Name: name,
  ServerId: 'server',
  HasPassword: true,
  Policy: {
    IsAdministrator: false,
    IsDisabled: false,
    EnableRemoteAccess: true,
    EnableMediaPlayback: true,
    EnabledDevices: [],
    AccessSchedules: [],
    ...policy,
  },
})
