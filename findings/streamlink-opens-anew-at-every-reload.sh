#!/usr/bin/env bash
# Guess: where the address of a live list redirects to a media list, the target is what is asked again, as hls.js, ffmpeg and VLC do.
# Seen: the first address is asked at every reload, so a door that gives each opening a session of its own sees one a second instead of one.
# Version: streamlink 8.6.3 (pip), Python 3; run on 2026-11-28
# Output:
#   lists were asked after a redirection: each
#   openings in 8 s: more than 3
source "$(dirname "$0")/lib.sh"
pip_packages streamlink==8.6.3
head -c 188000 /dev/zero >"$work/segment"
live_server "$work/segment" 600
timeout 8 "$work/venv/bin/streamlink" --quiet --stdout "hls://http://127.0.0.1:$port/live.m3u8" best >/dev/null || true
openings=$(grep -c '^302 ' "$work/requests")
lists=$(grep -c '^200 .*m3u8' "$work/requests")
{
  echo "lists were asked after a redirection: $([[ $lists -le $openings ]] && echo each || echo "$openings of $lists")"
  echo "openings in 8 s: $([[ $openings -gt 3 ]] && echo 'more than 3' || echo "$openings")"
} | compare
