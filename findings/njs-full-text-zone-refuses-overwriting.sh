#!/usr/bin/env bash
# Guess: in a js_shared_dict_zone without evict that is full, set() on a key that is already there works where the new value is as long as the old.
# Seen: it throws SharedMemoryError, as a new key does: a text value is always stored anew. In a zone of numbers the same overwriting works.
# Version: nginx 1.30.6-2 with libnginx-mod-http-js 1.0.2-2 (Debian testing), QuickJS of njs 1.0.2; run on 2026-11-28
# Output:
#   text: SharedMemoryError
#   number: written
source "$(dirname "$0")/lib.sh"
nginx_testing nginx=1.30.6-2 libnginx-mod-http-js=1.0.2-2
cat >"$work/main.js" <<'END'
const overwrite = (zone, value) => {
  let n = 0
  try {
    for (;;) { zone.set(`key${String(n).padStart(6, '0')}`, value(n)); n++ }
  } catch (full) {
    try { zone.set('key000000', value(0)); return 'written' } catch (problem) { return problem.name }
  }
}
export default {
  run(r) {
    const text = overwrite(ngx.shared.texts, () => 'x'.repeat(100))
    r.return(200, `text: ${text}\nnumber: ${overwrite(ngx.shared.numbers, (n) => n)}\n`)
  },
}
END
nginx_with_njs 'js_shared_dict_zone zone=texts:32k; js_shared_dict_zone zone=numbers:32k type=number;' 'js_content main.run;'
ask / | compare
