import { describe, expect, it } from 'vitest'
import { importNginxGeo } from '../../../../control/migrate/nginx/geo.ts'

type Imported = ReturnType<typeof importNginxGeo>

const complaints = ({ report }: Imported) =>
  report.filter(({ kind }) => kind === 'not_understood').map(({ line }) => line)

const around = (before: string, after = '') =>
  importNginxGeo(
    `geo $g {\n default out;\n 10.0.0.0/8 in;\n}\nserver {\n${before}\n location /l {\n  alias /x/$g.m3u;\n }\n${after}\n}`,
    { file: 'nginx.conf' },
  )

describe('what stands around the locations that are read', () => {
  it.each([
    ' if ($g = out) { return 403; }',
    ' deny 10.1.0.0/16;',
    ' auth_basic "members";',
    ' auth_ldap "Members";',
    ' js_access main.mayWatch;',
    ' access_by_lua_block { ngx.exit(403) }',
    ' access_by_lua_file /etc/may-watch.lua;',
    ' location /adult/ { return 403; }',
    ' limit_conn each 1;',
    ' set $where $g;',
    ' if ($bad_agent) { return 403; }',
    ' if ($http_referer ~ thief) { return 444; }',
    ' if ($http_user_agent ~ bot) { rewrite ^ /denied last; }',
    ' if ($arg_token = "") { return 302 /sign-in; }',
    ' location /hls/ { deny 192.0.2.1; }',
    ' location /p { secure_link_secret word; }',
    ' location /s { js_content main.watch; }',
    ' location /s { content_by_lua_block { ngx.exit(403) } }',
    ' location ~ [.]ts$ { secure_link $arg_md5; root /y; }',
    ' location /m { if ($g = out) { return 403; } root /y; }',
  ])('is named with its line: %s', (line) => {
    // A location before the one with the lists is what nginx would not take for it.
    const isBehind = line.startsWith(' location')
    const result = isBehind ? around('', line) : around(line)
    expect(complaints(result)).toEqual([isBehind ? 10 : 6])
    expect(result.config.sources).toHaveLength(2)
  })

  it('of a geo block that becomes no groups nothing is said to be kept', () => {
    const result = around(
      ' listen 80;\n}\ngeo $denied {\n default 0;\n proxy 192.168.0.0/16;\n 192.0.2.0/24 1;\n}\nserver {',
    )
    expect(complaints(result)).toEqual([8])
    const kept = result.report.filter(
      ({ kind, line }) => kind === 'kept' && line >= 8 && line <= 12,
    )
    expect([kept, result.config.edge]).toEqual([[], undefined])
  })
})

describe('what refuses viewers around the locations that are read', () => {
  it.each([
    ' location ~ /\\.ht { deny all; }',
    ' location ~ ^/\\.(?!well-known) { deny all; access_log off; }',
    ' location ~* (^|/)\\.git { return 404; deny all; }',
    ' location ^~ /.svn/ { deny all; }',
    ' location ^~ /.svn/ { return 403; }',
    '} server { listen 80 default_server; return 444;',
    ' location = /status { stub_status; allow 127.0.0.1; deny all; }',
  ])('is no loss where it holds neither lists nor streams: %s', (line) => {
    const result = around('', line)
    expect(complaints(result)).toEqual([])
    expect(
      result.report.filter(({ kind }) => kind === 'ignored').map(({ line: at }) => at),
    ).toEqual([10])
  })

  it.each([
    ' location ~ /.ht { deny all; }',
    ' location ~ \\.(ts|m3u8)$ { deny 192.0.2.1; }',
    ' location /live/ { deny all; }',
  ])('is a loss where streams may lie: %s', (line) => {
    expect(complaints(around('', line))).toEqual([10])
  })

  it('what refuses nobody is none', () => {
    expect(
      complaints(
        around(
          ' listen 80;\n auth_basic off;\n auth_basic_user_file x;\n auth_request_set $a $b;\n if ($host = x) { return 301 /; }\n if ($http_upgrade) { rewrite ^ /ws; }\n auth_delay 1s;\n location / { return 404; }',
        ),
      ),
    ).toEqual([])
  })
})
