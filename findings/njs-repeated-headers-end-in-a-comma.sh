#!/usr/bin/env bash
# Guess: a request header that came twice is "1, 2" in r.headersIn, and a Cookie header that came twice "a=1; b=2".
# Seen: a separator stands after the last value too, in both engines; nginx's own variable for the same header has none.
# Version: nginx 1.30.6-2 with libnginx-mod-http-js 1.0.2-2 (Debian testing), both engines of njs 1.0.2; run on 2026-11-28
# Output:
#   qjs   [1, 2, ] [a=1; b=2; ] variable [1, 2]
#   njs   [1, 2, ] [a=1; b=2; ] variable [1, 2]
source "$(dirname "$0")/lib.sh"
nginx_testing nginx=1.30.6-2 libnginx-mod-http-js=1.0.2-2
cat >"$work/main.js" <<'END'
export default {
  run(r) {
    const headers = r.headersIn
    r.return(200, `[${headers['X-Tried']}] [${headers.Cookie}] variable [${r.variables.http_x_tried}]\n`)
  },
}
END
nginx_with_njs '' 'js_content main.run;' 'location /njs { js_engine njs; js_content main.run; }'
twice=(-H 'X-Tried: 1' -H 'X-Tried: 2' -H 'Cookie: a=1' -H 'Cookie: b=2')
{ printf 'qjs   '; ask / "${twice[@]}"; printf 'njs   '; ask /njs "${twice[@]}"; } | compare
