#!/usr/bin/env bash
# Guess: a live list that is refused with 403 is asked again at the next reload, and a player that gives up ends with an error.
# Seen: it is asked three times within a tenth of a second, then ffmpeg ends with exit code 0, as at the end of a film.
# Version: ffmpeg 7:5.1.9-0+deb12u1 on Debian 12; run on 2026-11-28
# Output:
#   403: 3 times
#   exit code 0
#   requests after the last 403: 0
source "$(dirname "$0")/lib.sh"
deb_packages bookworm ffmpeg=7:5.1.9-0+deb12u1
libraries=$(find "$work/root" -name 'lib*.so*' -printf '%h\n' | sort -u | paste -sd:)
ffmpeg() { LD_LIBRARY_PATH=$libraries "$work/root/usr/bin/ffmpeg" -nostdin -loglevel error "$@"; }
ffmpeg -f lavfi -i testsrc=size=64x36:rate=25 -t 1 -c:v mpeg2video -f mpegts "$work/segment"
live_server "$work/segment" 3
code=0
ffmpeg -i "http://127.0.0.1:$port/live.m3u8" -c copy -f null - 2>/dev/null || code=$?
{
  echo "403: $(grep -c '^403 ' "$work/requests") times"
  echo "exit code $code"
  echo "requests after the last 403: $(tac "$work/requests" | grep -n -m1 '^403 ' | cut -d: -f1 | awk '{ print $1 - 1 }')"
} | compare
