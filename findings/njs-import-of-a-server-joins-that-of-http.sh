#!/usr/bin/env bash
# Guess: js_import within server stands in place of those of http, as nginx's directives do that are inherited where a level has none of its own; the same name may mean another file there.
# Seen: the server has its own and those of http together, and a name that stands at both levels is refused with the whole configuration. Two programs whose files go into one nginx need names of their own for what they import, wherever it stands.
# Version: nginx 1.30.6-2 with libnginx-mod-http-js 1.0.2-2 (Debian testing); run on 2026-11-30
# Output:
#   imported in http and in server: of http, of server
#   one name in http and in server: SyntaxError: duplicate import binding
source "$(dirname "$0")/lib.sh"
nginx_testing nginx=1.30.6-2 libnginx-mod-http-js=1.0.2-2
printf 'export default { say: () => "of http" }\n' >"$work/main.js"
printf 'export default { say: () => "of server" }\n' >"$work/other.js"
nginx_with_njs '' 'return 404;' 'js_import other.js; js_set $outer main.say; js_set $inner other.say; location /both { return 200 "$outer, $inner"; }'
both=$(ask /both)
nginx_conf '' 'return 404;' 'js_import main from other.js;'
refused=$("${nginx[@]}" -t 2>&1 | grep -o 'SyntaxError: [a-z ]*' | head -1 || true)
{
  echo "imported in http and in server: $both"
  echo "one name in http and in server: ${refused:-taken}"
} | compare
