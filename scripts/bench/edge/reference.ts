import { startNginx, type TestNginx } from '../../../test/support/nginx/nginx.ts'

/** How a text filter keeps what a manifest names below a pass. */
export const FILTERS = [
  String.raw`sub_filter "\n/" "\n$session_path/@/";`,
  String.raw`sub_filter "\n../" "\n$session_path/@$manifest_dir../";`,
  String.raw`sub_filter "\n$origin/" "\n$session_path/@/";`,
  String.raw`sub_filter "URI=\"/" "URI=\"$session_path/@/";`,
  String.raw`sub_filter "URI=\"../" "URI=\"$session_path/@$manifest_dir../";`,
  String.raw`sub_filter "URI=\"$origin/" "URI=\"$session_path/@/";`,
].join('\n')

/** An origin of plain files, as fast as nginx can be. */
export const startFiles = (files: Readonly<Record<string, string>>): Promise<TestNginx> =>
  startNginx({
    files,
    conf: `server { listen 127.0.0.1:__PORT__ backlog=4096; root __DIR__; keepalive_requests 1000000;
      types { application/vnd.apple.mpegurl m3u8; video/mp2t ts; audio/x-mpegurl m3u; } }`,
  })

/**
 * Reference servers without Gatehouse: no access control, a geo block with static lists,
 * auth_request to Node.
 */
export const startReference = async (options: {
  readonly origin: number
  readonly auth: string
  readonly lists: Readonly<Record<string, string>>
  readonly networks: readonly string[]
}): Promise<TestNginx> =>
  await startNginx({
    files: {
      ...options.lists,
      'filters.conf': FILTERS,
      'geo.conf': ['192.168.0.0/16', ...options.networks]
        .map((network) => `${network} home;`)
        .join('\n'),
    },
    conf: `
  geo $http_x_real $list { default rest; include __DIR__/geo.conf; }
  upstream origin { server 127.0.0.1:${options.origin}; keepalive 64; }
  upstream auth { server unix:${options.auth}; keepalive 64; }
  proxy_cache_path __DIR__/cache keys_zone=manifests:1m use_temp_path=off;
  keepalive_requests 1000000; proxy_buffer_size 16k; proxy_buffers 8 16k; proxy_max_temp_file_size 0;
  access_log __DIR__/access.log combined buffer=64k flush=1s;
  server {
    listen 127.0.0.1:__PORT__ backlog=4096;
    location /bare/ { proxy_pass http://origin/; proxy_http_version 1.1; proxy_set_header Connection ""; }
    location /cached/ {
      proxy_pass http://origin/; proxy_http_version 1.1; proxy_set_header Connection "";
      proxy_cache manifests; proxy_cache_valid 200 1s; proxy_cache_lock on; proxy_cache_use_stale updating;
    }
    location ~ ^/rewritten/(?<channel>[^/]+)/(?<rest>.*)$ {
      set $session_path /rewritten/$channel; set $manifest_dir /hls/$channel/;
      set $origin http://127.0.0.1:${options.origin};
      proxy_pass http://origin/hls/$channel/$rest; proxy_http_version 1.1; proxy_set_header Connection "";
      proxy_set_header Accept-Encoding ""; sub_filter_types *; sub_filter_once off; include __DIR__/filters.conf;
    }
    location /node/ { auth_request /_auth; proxy_pass http://origin/; proxy_http_version 1.1; proxy_set_header Connection ""; }
    location = /_auth {
      internal; proxy_pass http://auth/; proxy_pass_request_body off; proxy_pass_request_headers off;
      proxy_http_version 1.1; proxy_set_header Connection ""; proxy_set_header X-Key pass;
    }
    location /geo/ {
      types { } default_type audio/x-mpegurl; charset utf-8; charset_types audio/x-mpegurl;
      sub_filter_types audio/x-mpegurl; sub_filter_once off; sub_filter "@@" $http_host/live/$http_x_ticket;
      alias __DIR__/$list-;
    }
  }`,
  })
