#!/usr/bin/env bash
# Guess: a variable of js_set with nocache runs its function once for each directive that names it: once in set, rewrite, return, add_header, proxy_set_header.
# Seen: set and rewrite run it twice each time it is named, first for the length and then for the text, so what it counts or takes is counted double; return, add_header, proxy_set_header and if run it once. Without nocache it runs once everywhere.
# Version: nginx 1.30.6-2 with libnginx-mod-http-js 1.0.2-2 (Debian testing); run on 2026-11-29
# Output:
#   nocache: set 2, set naming it twice 4, rewrite 2, if 1, return 1, add_header 1, proxy_set_header 1
#   cached: set 1, set naming it twice 1, rewrite 1, if 1, return 1, add_header 1, proxy_set_header 1
source "$(dirname "$0")/lib.sh"
nginx_testing nginx=1.30.6-2 libnginx-mod-http-js=1.0.2-2
there=unix:$work/there
cat >"$work/main.js" <<'END'
function count(r) {
  r.error(`ran ${r.variables.request_uri}`)
  return 'x'
}
export default { count }
END
locations=
for kind in nocache cached; do
  locations+="
  location /$kind/set { set \$a \$$kind; return 200 \$a; }
  location /$kind/twice { set \$a \$$kind\$$kind; return 200 \$a; }
  location /$kind/rewrite { rewrite ^ /landed/\$$kind last; }
  location /$kind/if { if (\$$kind = x) { return 200 x; } return 200 y; }
  location /$kind/return { return 200 \$$kind; }
  location /$kind/add_header { add_header A \$$kind; return 200; }
  location /$kind/proxy_set_header { proxy_set_header A \$$kind; proxy_pass http://$there; }"
done
nginx_with_njs 'js_set $nocache main.count nocache; js_set $cached main.count;' 'return 404;' "$locations
  location /landed/ { return 200; }
  } server { listen $there; location / { return 200; }"
for kind in nocache cached; do
  line=
  for name in set twice rewrite if return add_header proxy_set_header; do
    ask "/$kind/$name" >/dev/null
    line+=", ${name/twice/set naming it twice} $(grep -c "js: ran /$kind/$name\b" "$work/error.log" || true)"
  done
  printf '%s: %s\n' "$kind" "${line:2}"
done | compare
