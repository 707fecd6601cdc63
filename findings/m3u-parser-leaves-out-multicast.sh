#!/usr/bin/env bash
# Guess: every entry of a list comes back with enforce_schema and check_live off, a multicast one (udp://) as well.
# Seen: the multicast entry is left out without a word.
# Version: m3u-parser 0.4.2 (pip), Python 3; run on 2026-11-28
# Output:
#   http://tv.example/1.m3u8
#   http://tv.example/2.m3u8
#   2 of 3 entries
source "$(dirname "$0")/lib.sh"
pip_packages m3u-parser==0.4.2
cat >"$work/list.m3u" <<'END'
#EXTM3U
#EXTINF:-1 tvg-id="1" group-title="News",One
http://tv.example/1.m3u8
#EXTINF:-1 tvg-id="2" group-title="News",Two
http://tv.example/2.m3u8
#EXTINF:-1 tvg-id="3" group-title="News",Three
udp://@239.0.0.1:1234
END
m3u_parser_reads "$work/list.m3u" \
  'print(*(e["url"] for e in entries), f"{len(entries)} of 3 entries", sep="\n")' | compare
