#!/usr/bin/env bash
# Guess: ngx.fetch names a User-Agent of its own where the caller names none, and the caller's alone where he does, as browsers and Node.js do.
# Seen: where the caller names one, it goes out twice, however it was given; where none is named, nginx-js. An edge that fetches manifests for its viewers so and hands their headers on shows an origin two players, or another one than theirs.
# Version: nginx 1.30.6-2 with libnginx-mod-http-js 1.0.2-2 (Debian testing); run on 2026-11-30
# Output:
#   none     User-Agent: nginx-js
#   object   User-Agent: VLC/3, User-Agent: VLC/3
#   lower    User-Agent: VLC/3, user-agent: VLC/3
#   headers  User-Agent: VLC/3, User-Agent: VLC/3
source "$(dirname "$0")/lib.sh"
nginx_testing nginx=1.30.6-2 libnginx-mod-http-js=1.0.2-2
cat >"$work/main.js" <<END
async function run(r) {
  const own = { none: {}, object: { 'User-Agent': 'VLC/3' }, lower: { 'user-agent': 'VLC/3' } }[r.args.how]
  const headers = own ?? new Headers([['User-Agent', 'VLC/3']])
  const reply = await ngx.fetch('http://unix:$work/origin:/', { headers })
  r.return(200, await reply.text())
}
export default { run }
END
cat >"$work/origin.py" <<'END'
import socket, sys
server = socket.socket(socket.AF_UNIX)
server.bind(sys.argv[1])
server.listen(8)
while True:
    client, _ = server.accept()
    lines = client.recv(4096).decode().split('\r\n')
    found = ', '.join(line for line in lines if line.lower().startswith('user-agent:')).encode()
    client.sendall(b'HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n%s' % (len(found), found))
    client.close()
END
python3 "$work/origin.py" "$work/origin" &
started+=($!)
wait_for "$work/origin"
chmod 777 "$work/origin"
nginx_with_njs '' 'js_content main.run;'
for how in none object lower headers; do printf '%-8s %s\n' "$how" "$(ask "/?how=$how")"; done | compare
