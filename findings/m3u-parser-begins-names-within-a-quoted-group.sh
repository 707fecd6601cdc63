#!/usr/bin/env bash
# Guess: a comma within a quoted group-title is part of the group; the name begins after the comma behind the attributes.
# Seen: the group is right and the name begins within its quotes, so the same comma is read twice.
# Version: m3u-parser 0.4.2 (pip), Python 3; run on 2026-11-28
# Output:
#   name [One] group [News] http://tv.example/1.m3u8
#   name [B",Two] group [A, B] http://tv.example/2.m3u8
source "$(dirname "$0")/lib.sh"
pip_packages m3u-parser==0.4.2
cat >"$work/list.m3u" <<'END'
#EXTM3U
#EXTINF:-1 tvg-id="1" group-title="News",One
http://tv.example/1.m3u8
#EXTINF:-1 tvg-id="2" group-title="A, B",Two
http://tv.example/2.m3u8
END
m3u_parser_reads "$work/list.m3u" \
  'for e in entries: print("name [%(name)s] group [%(category)s] %(url)s" % e)' | compare
