#!/usr/bin/env bash
# Guess: incr() of a key whose time is over starts from its initial value again, since get() no longer finds the key.
# Seen: it goes on from the old value, and get() still finds nothing: a counter in a zone with a timeout counts on in the dark.
# Version: nginx 1.30.6-2 with libnginx-mod-http-js 1.0.2-2 (Debian testing), QuickJS of njs 1.0.2; run on 2026-11-28
# Output:
#   at first: 11, 12
#   expired: undefined
#   counted: 13
#   then: undefined
source "$(dirname "$0")/lib.sh"
nginx_testing nginx=1.30.6-2 libnginx-mod-http-js=1.0.2-2
cat >"$work/main.js" <<'END'
const later = (ms) => new Promise((done) => setTimeout(done, ms))
export default {
  async run(r) {
    const zone = ngx.shared.counters
    const first = [zone.incr('a', 1, 10), zone.incr('a', 1, 10)]
    await later(1500)
    const expired = zone.get('a')
    const counted = zone.incr('a', 1, 10)
    r.return(200, `at first: ${first.join(', ')}\nexpired: ${expired}\ncounted: ${counted}\nthen: ${zone.get('a')}\n`)
  },
}
END
nginx_with_njs 'js_shared_dict_zone zone=counters:32k type=number timeout=1s;' 'js_content main.run;'
ask / | compare
