#!/usr/bin/env bash
# Guess: a subrequest whose body is larger than subrequest_output_buffer_size rejects its promise, or resolves with a status of 5xx, and the handler answers.
# Seen: nginx ends the whole request: the client gets an empty reply, neither then, catch nor finally runs, and a lock the handler took is never given back.
# Version: nginx 1.30.6-2 with libnginx-mod-http-js 1.0.2-2 (Debian testing), both engines of njs 1.0.2; run on 2026-11-29
# Output:
#   qjs   fits: settled; larger: no answer
#   njs   fits: settled; larger: no answer
#   ran   small then, small finally, small then, small finally
source "$(dirname "$0")/lib.sh"
nginx_testing nginx=1.30.6-2 libnginx-mod-http-js=1.0.2-2
cat >"$work/main.js" <<'END'
async function run(r) {
  const note = (what) => r.error(`ran ${r.args.file} ${what}`)
  try {
    await r.subrequest(`/file/${r.args.file}`)
    note('then')
  } catch (problem) {
    note('catch')
  } finally {
    note('finally')
  }
  r.return(200, 'settled')
}
export default { run }
END
mkdir "$work/file"
head -c 1000 /dev/zero | tr '\0' x >"$work/file/small"
head -c 20000 /dev/zero | tr '\0' x >"$work/file/large"
nginx_with_njs "upstream there { server unix:$work/there; } server { listen unix:$work/there; root $work; }" 'js_content main.run;' "location /njs { js_engine njs; js_content main.run; }
  location /file/ { proxy_pass http://there; proxy_set_header Host x; subrequest_output_buffer_size 8k; }"
{
  for path in / /njs; do
    [[ $path == / ]] && printf 'qjs  ' || printf 'njs  '
    printf ' fits: %s; larger: %s\n' "$(ask "$path?file=small")" "$(ask "$path?file=large" || echo 'no answer')"
  done
  printf 'ran   %s\n' "$(sed -n 's/.*js: ran \([a-z]* [a-z]*\).*/\1/p' "$work/error.log" | paste -sd, | sed 's/,/, /g')"
} | compare
