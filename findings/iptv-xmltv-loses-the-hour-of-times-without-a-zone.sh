#!/usr/bin/env bash
# Guess: an XMLTV time without a zone is read as UTC, or as the time of the machine: 20240101123456 is 12:34:56 in one of the two.
# Seen: it becomes the first hour after midnight, or midnight, whatever it says; with a zone it is right. No error, and the writer writes the wrong one.
# Version: @iptv/xmltv 1.0.1 (npm), Node.js 20; run on 2026-11-28
# Output:
#   20240101123456 +0000 -> 2024-01-01T12:34:56.000Z
#   20240101123456 -> 2024-01-01T01:00:00.000Z
#   20240101180000 -> 2024-01-01T01:00:00.000Z
#   20240101080000 -> 2024-01-01T00:00:00.000Z
#   written: start="20240101000000 +0000"
source "$(dirname "$0")/lib.sh"
npm_packages @iptv/xmltv@1.0.1
cat >"$work/try.mjs" <<'END'
import { parseXmltv, writeXmltv } from '@iptv/xmltv'
let read
for (const time of ['20240101123456 +0000', '20240101123456', '20240101180000', '20240101080000']) {
  read = parseXmltv(`<tv><programme start="${time}" channel="a"><title>T</title></programme></tv>`)
  console.log(`${time} -> ${read.programmes[0].start.toISOString()}`)
}
console.log(`written: ${/start="[^"]*"/.exec(writeXmltv(read))[0]}`)
END
node "$work/try.mjs" | compare
