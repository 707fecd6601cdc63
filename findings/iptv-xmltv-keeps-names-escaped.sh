#!/usr/bin/env bash
# Guess: a display-name written "A &amp; B" is read as "A & B", the text an XML parser gives.
# Seen: it is read with its escapes, and only the writer of the same library hides that; a guide and an M3U list never match by such names.
# Version: @iptv/xmltv 1.0.1 and iptv-playlist-parser 0.15.2 (npm), Node.js 20; run on 2026-11-28
# Output:
#   guide: A &amp; B
#   list: A & B
source "$(dirname "$0")/lib.sh"
npm_packages @iptv/xmltv@1.0.1 iptv-playlist-parser@0.15.2
cat >"$work/try.mjs" <<'END'
import { parseXmltv } from '@iptv/xmltv'
import lists from 'iptv-playlist-parser'
const guide = parseXmltv('<tv><channel id="ab"><display-name>A &amp; B</display-name></channel></tv>')
const list = lists.parse('#EXTM3U\n#EXTINF:-1 tvg-id="ab",A & B\nhttp://tv.example/ab.m3u8\n')
console.log(`guide: ${guide.channels[0].displayName[0]._value}\nlist: ${list.items[0].name}`)
END
node "$work/try.mjs" | compare
