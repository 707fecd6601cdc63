#!/usr/bin/env bash
# Guess: BaseURL of MPD, Period and AdaptationSet are resolved one against the other (ISO/IEC 23009-1, 5.6.4): a/, b/ and c/ make a/b/c/.
# Seen: ffmpeg resolves the innermost of them against the manifest and leaves out those above. Where a manifest nests them, it is refused its media.
# Version: ffmpeg 7:5.1.9-0+deb12u1 on Debian 12, Python 3; run on 2026-11-29
# Output:
#   none: film.mpd init
#   MPD: film.mpd a/init
#   MPD and Period: film.mpd b/init
#   MPD, Period and AdaptationSet: film.mpd c/init
source "$(dirname "$0")/lib.sh"
deb_packages bookworm ffmpeg=7:5.1.9-0+deb12u1
libraries=$(find "$work/root" -name 'lib*.so*' -printf '%h\n' | sort -u | paste -sd:)
ffmpeg() { LD_LIBRARY_PATH=$libraries "$work/root/usr/bin/ffmpeg" -nostdin -loglevel error "$@"; }
mkdir "$work/media"
ffmpeg -f lavfi -i testsrc=size=64x36:rate=25 -t 2 -g 25 -c:v mpeg4 -seg_duration 1 -init_seg_name init -f dash "$work/film.mpd"
mv "$work"/{init,chunk*} "$work/media"
file_server "$work/media" whole

# asked_with [ELEMENT BASE]…: what ffmpeg asks first where each ELEMENT has BASE.
asked_with() {
  cp "$work/film.mpd" "$work/media/film.mpd"
  while (($# > 0)); do
    # The tag of MPD goes over several lines.
    sed -i -Ez "s!(<$1 [^>]*>)!\1<BaseURL>$2</BaseURL>!" "$work/media/film.mpd"
    shift 2
  done
  : >"$work/requests"
  ffmpeg -i "http://127.0.0.1:$port/s/1/film.mpd" -c copy -f null - 2>/dev/null || true
  grep -oE '/s/1/[a-z./]*(mpd|init)' "$work/requests" | sed 's!^/s/1/!!' | uniq | head -2 | paste -sd' '
}

{
  echo "none: $(asked_with)"
  echo "MPD: $(asked_with MPD a/)"
  echo "MPD and Period: $(asked_with MPD a/ Period b/)"
  echo "MPD, Period and AdaptationSet: $(asked_with MPD a/ Period b/ AdaptationSet c/)"
} | compare
