/** `testing`: packages of Debian testing with their own C library and loader; `machine`: packages of the installed release. */
export type Suite = 'testing' | 'machine'

/** Programs Gatehouse or its tests can start. */
export type ToolName =
  | 'nginx'
  | 'redis'
  | 'redis-cli'
  | 'ffmpeg'
  | 'ffprobe'
  | 'ffplay'
  | 'vlc'
  | 'mpv'
  | 'mplayer'
  | 'gst-launch'
  | 'streamlink'
  | 'chromium'
  | 'kodi'
  | 'xvfb'
  | 'pulseaudio'
  | 'postgresql'
  | 'promtool'

/** Where a program comes from when the machine has none that is new enough. */
export interface ToolSource {
  /** Folder name and manifest key: several programs of one package share it. */
  readonly bundle: string
  readonly suite: Suite
  readonly packages: readonly string[]
  /** The program below the unpacked root; `*` stands for one folder whose name has a version. */
  readonly program: string
  /** Names to look for on the machine. */
  readonly system: readonly string[]
  /** Arguments that print the version. */
  readonly versionArgs: readonly string[]
  /** Finds the version in the output, as its first group; dotted numbers where missing. */
  readonly versionPattern?: RegExp
  /** The oldest accepted version, as [major, minor]. */
  readonly least?: readonly [number, number]
  /** It refuses to run as root. */
  readonly unprivileged?: true
  /** It has `/usr` compiled in: the root is mounted over `/usr` for it alone (an overlay in a mount namespace). */
  readonly isFixed?: true
  /** Folders below the root, passed to the program by environment variable. */
  readonly folders?: Readonly<Record<string, string>>
}

const redis = {
  bundle: 'redis',
  suite: 'machine',
  packages: ['redis-server', 'redis-tools'],
  versionArgs: ['--version'],
  least: [7, 0],
} as const

const ffmpeg = {
  bundle: 'ffmpeg',
  suite: 'machine',
  packages: ['ffmpeg'],
  versionArgs: ['-version'],
} as const

/** The table of programs. */
export const TOOLS: Readonly<Record<ToolName, ToolSource>> = {
  nginx: {
    bundle: 'nginx',
    suite: 'testing',
    packages: ['nginx', 'libnginx-mod-http-js', 'libnginx-mod-http-geoip2', 'libnginx-mod-rtmp'],
    program: 'usr/sbin/nginx',
    system: ['nginx', '/usr/sbin/nginx', '/usr/local/sbin/nginx'],
    versionArgs: ['-v'],
    least: [1, 30],
  },
  redis: { ...redis, program: 'usr/bin/redis-server', system: ['redis-server'] },
  'redis-cli': { ...redis, program: 'usr/bin/redis-cli', system: ['redis-cli'] },
  ffmpeg: { ...ffmpeg, program: 'usr/bin/ffmpeg', system: ['ffmpeg'] },
  ffprobe: { ...ffmpeg, program: 'usr/bin/ffprobe', system: ['ffprobe'] },
  ffplay: { ...ffmpeg, program: 'usr/bin/ffplay', system: ['ffplay'] },
  vlc: {
    bundle: 'vlc',
    suite: 'machine',
    packages: ['vlc-bin', 'vlc-plugin-base'],
    program: 'usr/bin/vlc',
    system: ['vlc'],
    versionArgs: ['--version'],
    unprivileged: true,
    folders: { VLC_PLUGIN_PATH: 'usr/lib/*/vlc/plugins' },
  },
  mpv: {
    bundle: 'mpv',
    suite: 'machine',
    packages: ['mpv'],
    program: 'usr/bin/mpv',
    system: ['mpv'],
    versionArgs: ['--version'],
  },
  mplayer: {
    bundle: 'mplayer',
    suite: 'machine',
    packages: ['mplayer'],
    program: 'usr/bin/mplayer',
    isFixed: true,
    system: ['mplayer'],
    versionArgs: ['-noconfig', 'all'],
    versionPattern: /^MPlayer (\S+)/m,
  },
  'gst-launch': {
    bundle: 'gstreamer',
    suite: 'machine',
    packages: [
      'gstreamer1.0-tools',
      'gstreamer1.0-plugins-good',
      'gstreamer1.0-plugins-bad',
      'gstreamer1.0-libav',
    ],
    program: 'usr/bin/gst-launch-1.0',
    isFixed: true,
    system: ['gst-launch-1.0'],
    versionArgs: ['--version'],
    versionPattern: /^GStreamer (\S+)/m,
  },
  streamlink: {
    bundle: 'streamlink',
    suite: 'machine',
    packages: ['streamlink'],
    program: 'usr/bin/streamlink',
    isFixed: true,
    system: ['streamlink'],
    versionArgs: ['--version'],
  },
  chromium: {
    bundle: 'chromium',
    suite: 'machine',
    packages: ['chromium', 'fonts-dejavu-core'],
    program: 'usr/lib/chromium/chromium',
    system: ['chromium'],
    versionArgs: ['--version'],
    folders: { FONTCONFIG_PATH: 'etc/fonts' },
  },
  kodi: {
    bundle: 'kodi',
    suite: 'machine',
    packages: [
      'kodi',
      'kodi-pvr-iptvsimple',
      'kodi-inputstream-adaptive',
      'kodi-inputstream-ffmpegdirect',
    ],
    program: 'usr/lib/*/kodi/kodi.bin',
    isFixed: true,
    system: ['/usr/lib/*/kodi/kodi.bin'],
    versionArgs: ['--version'],
  },
  xvfb: {
    bundle: 'xvfb',
    suite: 'machine',
    packages: ['xvfb'],
    program: 'usr/bin/Xvfb',
    isFixed: true,
    system: ['Xvfb'],
    versionArgs: ['-help'],
    versionPattern: /^use: (X)/m,
  },
  pulseaudio: {
    bundle: 'pulseaudio',
    suite: 'machine',
    packages: ['pulseaudio'],
    program: 'usr/bin/pulseaudio',
    isFixed: true,
    system: ['pulseaudio'],
    versionArgs: ['--version'],
  },
  postgresql: {
    bundle: 'postgresql',
    suite: 'machine',
    packages: ['postgresql'],
    program: 'usr/lib/postgresql/*/bin/postgres',
    system: ['/usr/lib/postgresql/*/bin/postgres'],
    versionArgs: ['--version'],
    unprivileged: true,
  },
  promtool: {
    bundle: 'prometheus',
    suite: 'machine',
    packages: ['prometheus'],
    program: 'usr/bin/promtool',
    system: ['promtool'],
    versionArgs: ['--version'],
  },
}
