import { describe, expect, it } from 'vitest'
import { importFlussonic } from '../../../../control/migrate/flussonic/flussonic.ts'

const imported = (source: string) => {
  const { config, report } = importFlussonic(source, { file: 'f.conf' })
  const lines = (kind: string) => report.filter((one) => one.kind === kind).map(({ line }) => line)
  return { config, lost: lines('not_understood'), ignored: lines('ignored') }
}

const main = 'auth_backend main { backend http://127.0.0.1/a; }\n'

describe('what is not converted', () => {
  it.each(['chats', 'chats/', '/chats/'])(
    'a template with the prefix %s closes every stream below it',
    (prefix) => {
      const { config, lost, ignored } = imported(
        `${main}template chats {\n prefix ${prefix};\n input publish://;\n on_play auth://main;\n}`,
      )
      expect(config.channels).toEqual([
        { match: '^chats(?:/.*)?$', auth: 'main', limitation: 'hard' },
      ])
      // Ids of channels have no slashes: until they are named, the rule holds for none.
      expect(lost).toEqual([2])
      expect(ignored).toEqual([4])
    },
  )

  it.each([
    ['a statement of its own', 'stream a {\n max_sessions 3;\n}', 3],
    ['at the top', 'cluster_key secret;', 2],
    ['within a source', 'source a {\n cache 2d;\n auth auth://main;\n}', 4],
    ['within a peer', 'peer a {\n cluster_key k;\n}', 3],
    ['deeper', 'stream a {\n push b {\n  deny c;\n }\n}', 4],
    ['in a template', 'template t {\n allowed_countries DE;\n}', 3],
    ['a second stream of the same name', 'stream a {\n}\nstream a {\n on_play auth://main;\n}', 4],
    ['a second prefix of the same name', 'live a {\n}\nlive a {\n}', 4],
    ['a template that nobody takes', 'template t {\n on_play auth://main;\n}', 3],
    [
      'a template whose streams have lines of their own',
      'template t {\n on_play auth://main;\n}\nstream s {\n template t;\n on_play http://x/;\n}',
      3,
    ],
    [
      'a template that a peer takes',
      'template t {\n on_play auth://main;\n}\npeer p {\n template t;\n}',
      3,
    ],
    ['a block of the line for all', 'on_play auth://main {\n max_sessions 2;\n}', 3],
    ['a second prefix', 'template t {\n prefix a;\n prefix b;\n}', 4],
    ['a template for every stream', 'template t {\n prefix "";\n on_play auth://main;\n}', 4],
    [
      'a template for every stream, by a slash',
      'template t {\n prefix /;\n on_play auth://main;\n}',
      4,
    ],
    [
      'a template for every stream, with the line of another',
      'template a {\n prefix p;\n}\ntemplate t {\n prefix "";\n template a;\n}',
      7,
    ],
    ['an option of what is not converted', 'stream a {\n push x cluster_key=k;\n}', 3],
    ['an option of an archive', 'stream a {\n dvr /d 7d auth=http://127.0.0.1/d;\n}', 3],
    ['an option of a source', 'source http://o allowed_countries=DE;', 2],
    ['a lock to an address', 'stream a {\n bind_ip on;\n}', 3],
    ['how many devices', 'stream a {\n devices 3;\n}', 3],
    ['how many for each', 'stream a {\n streams_per_user 2;\n}', 3],
    ['how many connections in one word', 'stream a {\n maxconn 9;\n}', 3],
    ['how many at the same time', 'stream a {\n simultaneous 2;\n}', 3],
    ['for whom it is made', 'stream a {\n parental_control 18;\n}', 3],
    ['from where', 'stream a {\n subnet 10.0.0.0/8;\n}', 3],
    [
      'a second template',
      'template a {\n prefix p;\n}\nstream s {\n template a;\n template b;\n}',
      7,
    ],
    ['a block without its name', 'ondemand {\n auth auth://main;\n}', 2],
    ['a word of its line', 'stream a udp://239.0.0.1:1234 max_sessions=3;', 2],
    ['who may publish', 'stream a {\n on_publish http://127.0.0.1/p;\n}', 3],
    ['a list of whom to take', 'stream a {\n whitelist 10.0.0.0/8;\n}', 3],
    ['what is off', 'stream a {\n disabled;\n}', 3],
    ['downloads that are off', 'vod a {\n download off;\n}', 3],
    ['a way of delivery that is off', 'stream a {\n hls off;\n}', 3],
    ['a way of delivery that is off in a template', 'template t {\n rtmp false;\n}', 3],
    ['a way of delivery that there is none of', 'stream a {\n no_mpegts;\n}', 3],
    ['delivery by one way alone', 'stream a {\n ssl_only;\n}', 3],
    ['how many may watch', 'stream a {\n clients 3;\n}', 3],
    ['how many may watch at once', 'stream a {\n concurrent_viewers 3;\n}', 3],
    ['until when', 'stream a {\n expires 2030-01-01;\n}', 3],
    ['a secret', 'watcher {\n secret abc;\n}', 3],
    ['streams and rules that another server gives', 'config_external http://10.0.0.1/c;', 2],
    ['its own subscribers', 'iptv;', 2],
    ['its own subscribers, as a plugin', 'plugin iptv {\n database sqlite:///a.db;\n}', 2],
    ['protocols that are off', 'stream a {\n protocols -hls -dash;\n}', 3],
    ['protocols of a template', 'template t {\n protocols hls;\n}\nstream a {\n template t;\n}', 3],
    ['which streams a source gives', 'source http://o.example {\n only a b;\n}', 3],
    ['which streams a source keeps', 'source http://o.example {\n except a;\n}', 3],
    ['a second word of a template', 'template t {\n}\nstream a {\n template t u;\n}', 5],
    ['a line of a name no channel has', 'stream sport/one {\n on_play auth://main;\n}', 2],
    ['a statement behind one without its `;`', 'stream a {\n input x\n password p;\n}', 4],
    ['several of them at the top', 'http 80\nrtmp 1935\ncluster_key k;', 4],
    ['an include of several files', 'include a.conf b.conf;', 2],
    ['an include in capitals', 'INCLUDE a.conf;', 2],
    ['an include that runs on', 'include a.conf\nhttp 80;', 2],
    ['a way of delivery that is off in its block', 'stream a {\n hls {\n  off;\n }\n}', 4],
    ['one that is not enabled', 'stream a {\n webrtc {\n  enabled false;\n }\n}', 4],
    ['one that is off by a word', 'stream a {\n play hls=false;\n}', 3],
    ['one that is taken away', 'stream a {\n output -dash;\n}', 3],
    ['one that is disabled', 'stream a {\n rtmp disabled;\n}', 3],
    ['a word that refuses', 'stream a {\n proxies deny;\n}', 3],
    ['from which network', 'stream a {\n network 10.0.0.0/8;\n}', 3],
    ['in which town', 'template t {\n city Moscow;\n}', 3],
    ['at what time', 'stream a {\n schedule 8:00-22:00;\n}', 3],
    ['under which name', 'vod a {\n vhost tv.example.com;\n}', 3],
    ['a word of nobody knows what', 'stream a {\n title A;\n gatekeeper x;\n}', 4],
    ['one at the top', 'http 80;\ngatekeeper x;', 3],
    [
      'one deeper',
      'source s {\n cache {\n  path /c;\n }\n dvr {\n  root /d;\n  gatekeeper x;\n }\n}',
      8,
    ],
    ['one of its line', 'stream a input=x gatekeeper=y;', 2],
    ['a stream that is not enabled', 'stream a {\n enabled false;\n}', 3],
    ['an archive that is off', 'stream a {\n catchup off;\n}', 3],
    ['a line of a prefix', 'vod films {\n on_play auth://main;\n}', 2],
  ])('%s: what restricts is told with its line', (_, source, line) => {
    expect(imported(main + source).lost).toEqual([line])
  })

  it('a line that begins a statement does so where the `;` before it is missing', () => {
    const { config, lost } = imported(
      `${main}template t {\n dvr /d 1d\n on_play auth://main;\n}\nstream a {\n push rtmp://x\n template t\n input y\n}\n`,
    )
    expect(config.channels).toEqual([{ match: '^a$', auth: 'main', limitation: 'hard' }])
    expect(lost).toEqual([])
  })

  it('an address in capitals is written as the configuration takes it', () => {
    const { config } = imported('stream a {\n on_play HTTP://10.0.0.1/A;\n}')
    expect(config.auth_backends?.[0]?.backends).toEqual([{ url: 'http://10.0.0.1/A' }])
  })

  it('a line that stands in a block of its own closes its stream, whatever holds for all', () => {
    const { config, lost } = imported(
      `${main}auth auth://main;\nstream a {\n on_play {\n  url auth://main;\n }\n}\nstream b {\n on_play;\n}`,
    )
    expect(lost).toEqual([4, 5])
    expect(config.channels).toMatchObject([
      { match: '^a$', auth: 'not-converted' },
      { match: '^b$', auth: 'open' },
      { match: '.*' },
    ])
  })

  it('a name no channel has is no loss where its line lets everyone in', () => {
    const { lost } = imported(`${main}auth auth://main;\nstream free/one {\n on_play;\n}`)
    expect(lost).toEqual([])
  })

  it.each([
    ['a rule of a kind there is none of', 'deny asn 64496;'],
    ['an address that is none', 'deny ip 300.1.1.1;'],
    ['a backend in a block', 'backend http://127.0.0.1/b { timeout 3; }'],
    ['a backend in Lua', 'backend /etc/auth.lua;'],
    ['a statement of its own', 'max_sessions 3;'],
  ])('%s does not leave everyone to `allow default`', (_, line) => {
    const { config, lost } = imported(`auth_backend m {\n allow default;\n ${line}\n}`)
    expect(config.auth_backends).toMatchObject([{ name: 'm', allow_default: false }])
    expect(lost).toEqual([3])
  })

  it.each(['allow asn 64496;', 'backend http://127.0.0.1/b retry=2;'])(
    'who is let in by default stays so where nothing that refuses is lost: %s',
    (line) => {
      const { config, lost } = imported(`auth_backend m {\n allow default;\n ${line}\n}`)
      expect(config.auth_backends).toMatchObject([{ name: 'm', allow_default: true }])
      expect(lost).toEqual([3])
    },
  )

  it('words beside a name are named', () => {
    const { lost, ignored } = imported(`${main}stream a b static=true {\n}`)
    expect([lost, ignored]).toEqual([[], [2, 2, 2]])
  })

  it('words without quotes let nobody in as user agents of their own', () => {
    const agents = (line: string) =>
      imported(`auth_backend m { ${line} }`).config.auth_backends?.[0]
    expect(agents('allow ua Smart TV;')?.allow.ua).toEqual(['Smart TV'])
    expect(agents('deny ua Smart TV;')?.deny.ua).toEqual(['Smart', 'TV'])
    expect(agents('allow ua "Smart TV" MAG;')?.allow.ua).toEqual(['Smart TV', 'MAG'])
  })

  it('what restricts nobody is named too, and is no failure', () => {
    const { lost, ignored } = imported(
      `${main}http 80;\nstream a {\n input udp://239.0.0.1;\n retry_limit 3;\n transcoder { vb 1M; keyint 50; }\n}\nrtmp 1935;\nrewrite old/* new;`,
    )
    expect(lost).toEqual([])
    expect(ignored).toEqual([3, 2, 4, 5, 6, 6, 6, 8, 9])
  })
})
