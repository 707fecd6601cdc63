#!/usr/bin/env bash
# Guess: a blank before the comma of an #EXTINF line, or after its colon, is left out, and the entry keeps its id, name and duration.
# Seen: a blank before the comma puts comma and name into the last attribute's value, so the id matches no guide; one after the colon loses duration, id and name without a word, and a list written again by to_m3u_plus_playlist has lost them for good.
# Version: m3u-ipytv 1.0.2; run on 2026-11-29
# Output:
#   none: name 'Film', id 'film.example', duration -1
#   before the comma: name 'Film', id 'film.example_ ,Film', duration -1
#   after the colon: name '', id None, duration -1
#   written again: #EXTINF:-1,
source "$(dirname "$0")/lib.sh"
pip_packages m3u-ipytv==1.0.2
cat >"$work/try.py" <<'END'
from ipytv import playlist

LINES = {
    "none": '#EXTINF:-1 tvg-id="film.example",Film',
    "before the comma": '#EXTINF:-1 tvg-id="film.example" ,Film',
    "after the colon": '#EXTINF: -1 tvg-id="film.example",Film',
}
for where, line in LINES.items():
    entries = playlist.loads("\n".join(["#EXTM3U", line, "http://edge.example/film", ""]))
    one = entries[0]
    print(f"{where}: name {one.name!r}, id {one.attributes.get('tvg-id')!r}, duration {one.duration}")
print("written again:", entries.to_m3u_plus_playlist().splitlines()[1])
END
"$work/venv/bin/python" "$work/try.py" 2>/dev/null | compare
