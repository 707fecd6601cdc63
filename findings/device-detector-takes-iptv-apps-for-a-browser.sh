#!/usr/bin/env bash
# Guess: a library that knows Kodi and VLC as media players knows, or leaves unnamed, what IPTV apps on Android send, and a MAG box is a television.
# Seen: every app on Android is its "Android Browser", a box is a computer's Safari, and Roku's Plex is nothing. Judged by it, an account of apps watches in browsers.
# Version: device-detector-js 3.0.3 (npm), Node.js 20; run on 2026-11-29
# Output:
#   Kodi/20.1 (X11; Linux x86_64): media player Kodi, desktop
#   VLC/3.0.18 LibVLC/3.0.18: media player VLC, no device
#   TiviMate/4.7.0 (Rockchip X88; Android 9): browser Android Browser, no device
#   ExoPlayerLib/2.18.1 (Linux;Android 11): browser Android Browser, no device
#   Mozilla/5.0 (QtEmbedded; U; Linux; C) AppleWebKit/533.3 (KHTML, like Gecko) MAG200 stbapp ver: 2 rev: 250 Safari/533.3: browser Safari, desktop
#   Plex/8.30 (Roku): no client, no device
source "$(dirname "$0")/lib.sh"
npm_packages device-detector-js@3.0.3
cat >"$work/try.mjs" <<'END'
import { createRequire } from 'node:module'
const Detector = createRequire(import.meta.url)('device-detector-js')
const detector = new Detector()
const agents = [
  'Kodi/20.1 (X11; Linux x86_64)',
  'VLC/3.0.18 LibVLC/3.0.18',
  'TiviMate/4.7.0 (Rockchip X88; Android 9)',
  'ExoPlayerLib/2.18.1 (Linux;Android 11)',
  'Mozilla/5.0 (QtEmbedded; U; Linux; C) AppleWebKit/533.3 (KHTML, like Gecko) MAG200 stbapp ver: 2 rev: 250 Safari/533.3',
  'Plex/8.30 (Roku)',
]
for (const agent of agents) {
  const { client, device } = detector.parse(agent)
  console.log(`${agent}: ${client ? `${client.type} ${client.name}` : 'no client'}, ${device?.type || 'no device'}`)
}
END
node "$work/try.mjs" | compare
