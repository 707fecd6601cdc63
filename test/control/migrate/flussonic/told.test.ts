import { expect, it } from 'vitest'
import { importFlussonic } from '../../../../control/migrate/flussonic/flussonic.ts'

/** Whole files of the shapes that installers, camera panels, clusters and IPTV operators write; the lines that decide must be told as lost. */
const files: Readonly<Record<string, [lost: number[], text: string]>> = {
  'an installer': [
    [6, 8],
    'http 80;\nrtmp 1935;\nsrt 1234;\npulsedb /var/lib/f;\n# Who may edit\nedit_auth admin admin;\n\niptv;\n',
  ],
  'a camera': [
    [7],
    'stream cam-1 {\n  input rtsp://u:p@10.0.0.5/ch0;\n  on_play securetoken://abc123;\n  cache /ssd/cache 1d 50G;\n  thumbnails enabled=ondemand;\n  dvr @raid 7d;\n  protocols -dash -mss -rtmp;\n}\n',
  ],
  'a panel': [
    [2],
    'source_timeout 60;\nmax_sessions 400;\nsrt_publish {\n  port 9998;\n}\nsrt_play {\n  port 9998;\n}\n',
  ],
  'a cluster': [
    [1, 4, 11, 12],
    'cluster_key abcd;\npeer streamer:8081;\npeer s2 {\n  max_bitrate 900M;\n}\nbalancer lb {\n  mode clients;\n  server s1;\n}\nsource origin.example.com {\n  cluster_key x;\n  only one two;\n}\n',
  ],
  templates: [
    [4],
    'template t1 {\n  prefix sport;\n  on_play http://10.0.0.1/auth;\n  max_sessions 5;\n  dvr /s 1d;\n}\nstream a { template t1; input fake://fake; }\nstream b {\n  template t1;\n  on_play http://10.0.0.1/b max_sessions=3;\n}\n',
  ],
  'publishing and files': [
    [2, 4, 5],
    'live pub {\n  password secret;\n  publish_enabled;\n  domain example.com;\n  on_publish http://10.0.0.1/p;\n}\nfile vod {\n  path /var/vod;\n  auth http://10.0.0.1/v;\n}\n',
  ],
  'a backend that is not there': [
    [4],
    'vod movies {\n  storage /mnt/a;\n  storage s3://k:s@host/b;\n  auth auth://none;\n}\ncache c1 /ssd 10G;\n',
  ],
  'logins of the server itself': [
    [3, 4, 6],
    'plugin iptv { database sqlite:///a.db; }\nweb "/";\nview_auth u p;\napi_allowed_from 10.0.0.0/8;\nloglevel debug;\nauth http://10.0.0.1/all extra=1 session_keys=name,token;\nstream x { input udp://239.0.0.1:1; }\n',
  ],
  'a backend with rules': [
    [],
    'auth_backend b1 {\n  allow ip 10.0.0.0/8;\n  deny country RU;\n  allow token T1;\n  backend http://10.0.0.1/a timeout=3;\n  allow default;\n}\nondemand o1 {\n  input hls://x/y.m3u8;\n  auth auth://b1;\n}\n',
  ],
  'several statements in a line': [
    [3],
    'stream d {\n  input m4s://x;\n  drm widevine { keyserver http://k; }\n  push rtmp://y; transcoder vb=1000k ab=64k;\n  meta title "A; B";\n  add_audio_only; no_prepush; clients_timeout 5;\n}\nrewrite r { on_play http://10.0.0.9/r; }\n',
  ],
  'blocks within a line': [
    [3, 4],
    'dvb_card a0 { adapter 0; frequency 1; }\ndvr raid { root /dvr; raid 0; disk d1; }\nstream m { mpegts_pids 1 2; input tshttp://h/x deinterlace=1 { allow_if 1; }\n disabled; url_prefix x; auth http://10.0.0.1/m { domains a.com; } }\n',
  ],
}

/** Blocks become rules by what stands in them, and name what they go by. */
const IS_HEAD = /^(?:stream|ondemand|live|file|vod|template|auth_backend) \S+ \{$|^template \S+;$/
const IS_NAME = /^prefix \S+;$/

it.each(Object.keys(files))('every statement of %s is converted or told with its line', (name) => {
  const [lost, text] = files[name] ?? [[], '']
  const { report } = importFlussonic(text, { file: 'f.conf' })
  const told = new Set(report.map(({ line }) => line))
  const untold = text.split('\n').filter((raw, at) => {
    const line = raw.trim()
    const isNothing = /^(?:#.*|\})?$/.test(line) || IS_HEAD.test(line) || IS_NAME.test(line)
    return !isNothing && !told.has(at + 1)
  })
  expect(untold).toEqual([])
  const notKept = report.filter(({ kind }) => kind === 'not_understood').map(({ line }) => line)
  expect(notKept).toEqual(expect.arrayContaining(lost))
})
