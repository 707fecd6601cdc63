/** An nginx server of somebody else's that asks our hooks about every request, as docs/authorization.md shows it; `more` goes with the question. */
export const guardedMedia = (hooksUrl: string, more = ''): string => `server {
  listen 127.0.0.1:__PORT__;
  location / {
    auth_request /gatehouse;
    auth_request_set $reason $upstream_http_x_gatehouse_reason;
    add_header X-Reason $reason always;
    try_files /none @media;
  }
  location @media { return 200 media; }
  location = /gatehouse {
    internal;
    proxy_pass ${hooksUrl}/auth/request/media;
    proxy_pass_request_body off;
    proxy_set_header Content-Length "";
    proxy_set_header X-Original-URI $request_uri;
    proxy_set_header X-Real-IP $remote_addr;
    ${more}
  }
}`
