#!/usr/bin/env bash
# Guess: what an IPTV list writes between the duration and the comma of #EXTINF is read as attributes, or passed over.
# Seen: one such entry, and the whole list is refused with a ValueError about a float: the duration is all before the comma. Check a list of channels with another library.
# Version: m3u8 6.0.0, Python 3; run on 2026-11-29
# Output:
#   -1,Film: Film
#   -1 tvg-id="film.example",Film: ValueError
#   -1 group-title="News, world",Film: ValueError
source "$(dirname "$0")/lib.sh"
pip_packages m3u8==6.0.0
cat >"$work/try.py" <<'END'
import m3u8
for line in ['-1,Film', '-1 tvg-id="film.example",Film', '-1 group-title="News, world",Film']:
    try:
        seen = m3u8.loads(f'#EXTM3U\n#EXTINF:{line}\nhttp://edge.example/film.m3u8\n').segments[0].title
    except ValueError as error:
        seen = type(error).__name__
    print(f'{line}: {seen}')
END
"$work/venv/bin/python" "$work/try.py" | compare
