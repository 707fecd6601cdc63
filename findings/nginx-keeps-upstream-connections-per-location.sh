#!/usr/bin/env bash
# Guess: the 32 kept connections an upstream has by default belong to the upstream, so two locations that pass to it share one.
# Seen: each location keeps its own; with an explicit "keepalive 4" in the upstream they share it.
# Version: Debian testing, nginx 1.30.6-2; run on 2026-11-28
# Output:
#   default: 2 connections for 4 requests
#   keepalive 4: 1 connections for 4 requests
source "$(dirname "$0")/lib.sh"
nginx_testing nginx=1.30.6-2
for keep in '' 'keepalive 4;'; do
  cat >"$work/nginx.conf" <<END
pid $work/pid; events {}
http {
  access_log off; log_format one '\$connection'; $(temp_paths)
  upstream there { server unix:$work/there; $keep }
  server { listen unix:$work/socket; location /a { proxy_pass http://there; } location /b { proxy_pass http://there; } }
  server { listen unix:$work/there; access_log $work/connections one; location / { return 200 "fine\n"; } }
}
END
  rm -f "$work/socket" "$work/there" "$work/connections"
  start_nginx
  for path in /a /b /a /b; do ask "$path" >/dev/null; done
  kill "${started[-1]}"
  wait "${started[-1]}" || true
  echo "${keep:-default:}" | sed 's/;$/:/' | tr '\n' ' '
  echo "$(sort -u "$work/connections" | wc -l) connections for $(wc -l <"$work/connections") requests"
done | compare
