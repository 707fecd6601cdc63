#!/usr/bin/env bash
# Guess: MPlayer's ffmpeg:// plays a playlist of HLS as ffmpeg does, whose answer to `Range: bytes=0-` may be 200 as well as 206.
# Seen: it asks for the list again and again and no media where it comes as 200; where the same list comes as 206 it plays. ffmpeg takes both.
# Version: mplayer 2:1.5+svn38408-1 and ffmpeg 7:5.1.9-0+deb12u1 on Debian 12, Python 3; run on 2026-11-29
# Output:
#   MPlayer, lists as 200: asks for no media
#   MPlayer, lists as 206: asks for media
#   ffmpeg, lists as 200: asks for media
source "$(dirname "$0")/lib.sh"
deb_packages bookworm mplayer=2:1.5+svn38408-1 ffmpeg=7:5.1.9-0+deb12u1
libraries=$(find "$work/root" -name 'lib*.so*' -printf '%h\n' | sort -u | paste -sd:)
from_root() { LD_LIBRARY_PATH=$libraries timeout 12 "$work/root/usr/bin/$1" "${@:2}" </dev/null >/dev/null 2>&1 || true; }
mkdir "$work/media"
from_root ffmpeg -f lavfi -i testsrc=size=64x36:rate=25 -t 4 -g 25 -c:v mpeg2video -hls_time 1 -hls_list_size 0 -f hls "$work/media/film.m3u8"
mplayer=(mplayer -noconfig all -nolirc -noconsolecontrols -vo null -ao null)
# The server is started here and not within $( ), so that it is ended with this script.
asked() { grep -qE '^20[06] .*\.ts' "$work/requests" && echo 'asks for media' || echo 'asks for no media'; }
file_server "$work/media" whole
from_root "${mplayer[@]}" "ffmpeg://http://127.0.0.1:$port/s/1/film.m3u8"
whole=$(asked)
: >"$work/requests"
from_root ffmpeg -i "http://127.0.0.1:$port/s/1/film.m3u8" -c copy -f null -
ffmpeg=$(asked)
file_server "$work/media" ranges
from_root "${mplayer[@]}" "ffmpeg://http://127.0.0.1:$port/s/1/film.m3u8"
{
  echo "MPlayer, lists as 200: $whole"
  echo "MPlayer, lists as 206: $(asked)"
  echo "ffmpeg, lists as 200: $ffmpeg"
} | compare
