#!/usr/bin/env bash
# Guess: nginx -t refuses a configuration that gives a running js_shared_dict_zone another type, since the reload is refused for it.
# Seen: nginx -t calls it successful and the reload is refused with [emerg]; another size of the zone is taken and empties it without a word.
# Version: nginx 1.30.6-2 with libnginx-mod-http-js 1.0.2-2 (Debian testing), QuickJS of njs 1.0.2; run on 2026-11-28
# Output:
#   before: kept
#   test with another size: successful
#   after another size: undefined
#   test with another type: successful
#   reload with another type: refused
source "$(dirname "$0")/lib.sh"
nginx_testing nginx=1.30.6-2 libnginx-mod-http-js=1.0.2-2
cat >"$work/main.js" <<'END'
export default {
  put(r) { ngx.shared.kept.set('a', 'kept'); r.return(200, 'put\n') },
  get(r) { r.return(200, `${ngx.shared.kept.get('a')}\n`) },
}
END
tested() { "${nginx[@]}" -t 2>&1 | grep -q successful && echo successful || echo refused; }
reloaded() {
  local before
  before=$(wc -l <"$work/error.log")
  kill -HUP "${started[-1]}"
  sleep 1
  tail -n "+$((before + 1))" "$work/error.log" | grep -q emerg && echo refused || echo taken
}
with_zone() { nginx_conf "js_shared_dict_zone zone=kept:$1;" 'js_content main.get;' 'location /put { js_content main.put; }'; }
with_zone 32k
start_nginx 'master_process on; worker_processes 1;'
ask /put >/dev/null
{
  echo "before: $(ask /)"
  with_zone 64k
  echo "test with another size: $(tested)"
  reloaded >/dev/null
  echo "after another size: $(ask /)"
  with_zone '64k type=number'
  echo "test with another type: $(tested)"
  echo "reload with another type: $(reloaded)"
} | compare
