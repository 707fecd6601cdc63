#!/usr/bin/env bash
# Guess: XMLTV times may leave out seconds and zone (xmltv.dtd): 202401011200 +0100 is 11:00 UTC, and 20240101120000 is taken as UTC.
# Seen: without seconds the first digit of the zone becomes the second and the zone is lost, an hour and a second off; without a zone there is no time.
# Version: epg-parser 0.5.0 (npm), Node.js 20; run on 2026-11-28
# Output:
#   20240101120000 +0100 -> 2024-01-01T11:00:00.000Z
#   202401011200 +0100 -> 2024-01-01T12:00:01.000Z
#   20240101120000 -> null
source "$(dirname "$0")/lib.sh"
npm_packages epg-parser@0.5.0
cat >"$work/try.cjs" <<'END'
const { parse } = require('epg-parser')
for (const time of ['20240101120000 +0100', '202401011200 +0100', '20240101120000']) {
  const guide = `<?xml version="1.0" encoding="UTF-8"?><tv><channel id="a"><display-name>A</display-name></channel>
    <programme start="${time}" stop="${time}" channel="a"><title>T</title></programme></tv>`
  console.log(`${time} -> ${parse(guide).programs[0].start}`)
}
END
node "$work/try.cjs" | compare
