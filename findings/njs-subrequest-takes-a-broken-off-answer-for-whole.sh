#!/usr/bin/env bash
# Guess: where an origin closes the connection before the last chunk, or before Content-Length is reached, a subrequest of njs rejects or has a status of 5xx, as a cut file of a cache would.
# Seen: it resolves with status 200 and the part that came, and nothing in the reply tells it from a whole one where no length was said: a list of channels or a live playlist of HLS that breaks off between two lines counts as the whole. ngx.fetch rejects.
# Version: nginx 1.30.6-2 with libnginx-mod-http-js 1.0.2-2 (Debian testing); run on 2026-11-30
# Output:
#   subrequest  whole: 200, 16 bytes; no last chunk: 200, 16 bytes; half of its length: 200, 16 bytes
#   fetch       whole: 200, 16 bytes; no last chunk: rejected; half of its length: rejected
source "$(dirname "$0")/lib.sh"
nginx_testing nginx=1.30.6-2 libnginx-mod-http-js=1.0.2-2
cat >"$work/main.js" <<END
async function run(r) {
  const path = '/' + r.args.file
  try {
    if (r.args.by === 'subrequest') {
      const reply = await r.subrequest(path)
      return r.return(200, reply.status + ', ' + reply.responseBuffer.length + ' bytes')
    }
    const reply = await ngx.fetch('http://unix:$work/origin:' + path, { headers: { Host: 'x' } })
    r.return(200, reply.status + ', ' + (await reply.arrayBuffer()).byteLength + ' bytes')
  } catch (problem) {
    r.return(200, 'rejected')
  }
}
export default { run }
END
cat >"$work/origin.py" <<'END'
import socket, sys
body = b'#EXTM3U\nlive.ts\n'
answers = {
    b'/whole': b'Transfer-Encoding: chunked\r\n\r\n10\r\n' + body + b'\r\n0\r\n\r\n',
    b'/chunk': b'Transfer-Encoding: chunked\r\n\r\n10\r\n' + body + b'\r\n',
    b'/half': b'Content-Length: 32\r\n\r\n' + body,
}
server = socket.socket(socket.AF_UNIX)
server.bind(sys.argv[1])
server.listen(8)
while True:
    client, _ = server.accept()
    path = client.recv(4096).split(b' ')[1]
    client.sendall(b'HTTP/1.1 200 OK\r\n' + answers[path])
    client.close()
END
python3 "$work/origin.py" "$work/origin" &
started+=($!)
wait_for "$work/origin"
chmod 777 "$work/origin"
nginx_with_njs '' 'js_content main.run;' "location ~ ^/(whole|chunk|half)\$ { proxy_pass http://unix:$work/origin:; proxy_http_version 1.1; proxy_set_header Host x; }"
{
  for by in subrequest fetch; do
    printf '%-11s whole: %s; no last chunk: %s; half of its length: %s\n' "$by" "$(ask "/?by=$by&file=whole")" "$(ask "/?by=$by&file=chunk")" "$(ask "/?by=$by&file=half")"
  done
} | compare
