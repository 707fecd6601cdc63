#!/usr/bin/env bash
# Guess: a variable of js_set with nocache whose function gives a longer text each time it runs stands in rewrite and set as one of the two texts, as in nginx's own variables.
# Seen: nginx measures the text of the first run and copies that of the second: one byte longer is answered 500, with "no buffer space in script copy" in the error log; a shorter one passes. Put first into a variable by if with a regular expression, it runs once.
# Version: nginx 1.30.6-2 with libnginx-mod-http-js 1.0.2-2 (Debian testing); run on 2026-11-30
# Output:
#   longer: rewrite 500, set 500, if 200
#   shorter: rewrite 200, set 200, if 200
source "$(dirname "$0")/lib.sh"
nginx_testing nginx=1.30.6-2 libnginx-mod-http-js=1.0.2-2
cat >"$work/main.js" <<'END'
function longer(r) {
  r.variables.text += 'x'
  return r.variables.text
}
function shorter(r) {
  r.variables.text = r.variables.text === '' ? 'xx' : 'x'
  return r.variables.text
}
export default { longer, shorter }
END
locations=
for kind in longer shorter; do
  locations+="
  location /$kind/rewrite { rewrite ^ /landed/\$$kind last; }
  location /$kind/set { set \$a \$$kind; return 200 \$a; }
  location /$kind/if { if (\$$kind ~ ^(x+)\$) { set \$b \$1; } rewrite ^ /landed/\$b last; }"
done
nginx_with_njs 'js_var $text ""; js_set $longer main.longer nocache; js_set $shorter main.shorter nocache;' 'return 404;' "$locations
  location /landed/ { return 200; }"
for kind in longer shorter; do
  line=
  for name in rewrite set if; do
    line+=", $name $(ask "/$kind/$name" -o /dev/null -w '%{http_code}')"
  done
  printf '%s: %s\n' "$kind" "${line:2}"
done | compare
