#!/usr/bin/env bash
# Guess: what Kodi's lists write behind a bar (`|User-Agent=…&Referer=…`) is taken off the address and unescaped.
# Seen: the headers are read, still escaped, and the address keeps them; whatever is built on it asks the server for `|User-Agent=…` literally, so a server of such lists must open that too.
# Version: iptv-playlist-parser 0.15.2 (npm), Node.js 20; run on 2026-11-29
# Output:
#   address: http://tv.example/film.m3u8|User-Agent=Some%20Box&Referer=http://portal.example/
#   user-agent: Some%20Box
#   referrer: http://portal.example/
source "$(dirname "$0")/lib.sh"
npm_packages iptv-playlist-parser@0.15.2
cat >"$work/try.mjs" <<'END'
import lists from 'iptv-playlist-parser'
const address = 'http://tv.example/film.m3u8|User-Agent=Some%20Box&Referer=http://portal.example/'
const [entry] = lists.parse(`#EXTM3U\n#EXTINF:-1,Film\n${address}\n`).items
console.log(`address: ${entry.url}\nuser-agent: ${entry.http['user-agent']}\nreferrer: ${entry.http.referrer}`)
END
node "$work/try.mjs" | compare
