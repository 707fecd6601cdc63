#!/usr/bin/env bash
# Guess: a handler that works in short pieces and awaits setTimeout of 0 ms between them lets the worker answer other connections at each pause, as it does in Node.js.
# Seen: nginx runs timers that are due before it looks at connections again, so a chain of pauses of 0 ms holds the worker until its end; with 1 ms others are answered between two pieces.
# Version: nginx 1.30.6-2 with libnginx-mod-http-js 1.0.2-2 (Debian testing); run on 2026-11-30
# Output:
#   pauses of 0 ms: another request waits for all pieces
#   pauses of 1 ms: another request is answered between them
source "$(dirname "$0")/lib.sh"
nginx_testing nginx=1.30.6-2 libnginx-mod-http-js=1.0.2-2
cat >"$work/main.js" <<'END'
async function pieces(r) {
  const ms = Number(r.args.pause)
  for (let piece = 0; piece < 100; piece += 1) {
    const until = Date.now() + 10
    while (Date.now() < until) {}
    await new Promise((resolve) => setTimeout(resolve, ms))
  }
  r.return(200)
}
export default { pieces }
END
nginx_with_njs '' 'return 404;' 'location /pieces { js_content main.pieces; }
  location /other { return 200; }'
for pause in 0 1; do
  ask "/pieces?pause=$pause" -o /dev/null &
  sleep 0.3
  waited=$(ask /other -o /dev/null -w '%{time_total}')
  wait $!
  if python3 -c "import sys; sys.exit(float('$waited') < 0.4)"; then
    echo "pauses of $pause ms: another request waits for all pieces"
  else
    echo "pauses of $pause ms: another request is answered between them"
  fi
done | compare
