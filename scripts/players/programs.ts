import { tmpdir } from 'node:os'
import { findOnMachine } from '../../control/runtime/program.ts'
import { resolveTool } from '../../control/runtime/resolve.ts'

/** A player of the table, and how it is started on an address. */
export interface Player {
  readonly name: string
  readonly argv: (url: string) => readonly string[]
}

/** Where a sink is needed that shows and plays nothing. */
const hls = (demuxer: string) => (url: string) => [
  'gst-launch-1.0',
  'souphttpsrc',
  `location=${url}`,
  '!',
  demuxer,
  '!',
  'fakesink',
  'sync=true',
]

const KNOWN: readonly (Player & { readonly program: string })[] = [
  {
    name: 'mpv',
    program: 'mpv',
    argv: (url) => ['mpv', '--no-config', '--vo=null', '--ao=null', '--no-terminal', url],
  },
  { name: 'GStreamer hlsdemux', program: 'gst-launch-1.0', argv: hls('hlsdemux') },
  {
    name: 'GStreamer hlsdemux2',
    program: 'gst-launch-1.0',
    argv: (url) => [
      'gst-launch-1.0',
      'playbin3',
      `uri=${url}`,
      'video-sink=fakesink sync=true',
      'audio-sink=fakesink sync=true',
    ],
  },
  {
    name: 'streamlink',
    program: 'streamlink',
    argv: (url) => ['streamlink', '--force', '--output', '/dev/null', url, 'best'],
  },
  {
    name: 'MPlayer ffmpeg://',
    program: 'mplayer',
    argv: (url) => ['mplayer', '-really-quiet', '-vo', 'null', '-ao', 'null', `ffmpeg://${url}`],
  },
]

const quietVlc = ['-I', 'dummy', '--no-color', '--ignore-config', '--no-plugins-cache']

/** The players whose name holds `only`, and the names of those this machine lacks; ffmpeg and VLC are unpacked where they are missing. */
export async function findPlayers(
  only = '',
): Promise<{ players: readonly Player[]; missing: readonly string[] }> {
  const isMeant = ({ name }: { name: string }) => name.toLowerCase().includes(only.toLowerCase())
  const ffmpeg = (await resolveTool('ffmpeg')).argv
  const vlc = (await resolveTool('vlc')).argv
  const unpacked: readonly Player[] = [
    {
      name: 'ffmpeg',
      argv: (url) => [...ffmpeg, '-nostdin', '-v', 'error', '-re', '-i', url, '-f', 'null', '-'],
    },
    {
      name: 'VLC',
      argv: (url) => [
        'env',
        `HOME=${tmpdir()}`,
        ...vlc,
        ...quietVlc,
        '--vout=dummy',
        '--aout=dummy',
        url,
        'vlc://quit',
      ],
    },
  ]
  const known = KNOWN.filter(isMeant)
  const here = known.filter(({ program }) => findOnMachine([program]) !== null)
  return {
    players: [...unpacked.filter(isMeant), ...here],
    missing: known.filter((it) => !here.includes(it)).map(({ name }) => name),
  }
}
