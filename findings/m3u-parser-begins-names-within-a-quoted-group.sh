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
cat >"$work/try.py" <<'END'
import sys
from m3u_parser import M3uParser
parser = M3uParser()
parser.parse_m3u(sys.argv[1], check_live=False, enforce_schema=False)
entries = parser.get_list()
for entry in entries:
    print(f"name [{entry['name']}] group [{entry['category']}] {entry['url']}")
END
"$work/venv/bin/python" "$work/try.py" "$work/list.m3u" 2>/dev/null | compare
