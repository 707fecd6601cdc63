#!/usr/bin/env bash
# Guess: where the address of a manifest of DASH is redirected, what the manifest names lies beside the target (RFC 3986, section 5.1.3), as with HLS.
# Seen: ffmpeg keeps the target for HLS, but asks for all of DASH beside the address it was given: a door that redirects to a session is asked for media.
# Version: ffmpeg 7:5.1.9-0+deb12u1 on Debian 12, Python 3; run on 2026-11-29
# Output:
#   HLS: all media asked beside the target
#   DASH: all media asked beside the first address
source "$(dirname "$0")/lib.sh"
deb_packages bookworm ffmpeg=7:5.1.9-0+deb12u1
libraries=$(find "$work/root" -name 'lib*.so*' -printf '%h\n' | sort -u | paste -sd:)
ffmpeg() { LD_LIBRARY_PATH=$libraries "$work/root/usr/bin/ffmpeg" -nostdin -loglevel error "$@"; }
mkdir "$work/media"
clip=(-f lavfi -i testsrc=size=64x36:rate=25 -t 4 -g 25)
ffmpeg "${clip[@]}" -c:v mpeg4 -seg_duration 1 -f dash "$work/media/film.mpd"
ffmpeg "${clip[@]}" -c:v mpeg2video -hls_time 1 -hls_list_size 0 -f hls "$work/media/film.m3u8"
file_server "$work/media" whole
where() {
  : >"$work/requests"
  ffmpeg -i "http://127.0.0.1:$port/go/$1" -c copy -f null - 2>/dev/null || true
  local target first
  target=$(grep -cE ' /s/1/.*\.(m4s|ts)' "$work/requests" || true)
  first=$(grep -cE '^302 /go/.*\.(m4s|ts)' "$work/requests" || true)
  # What is asked beside the first address is redirected, and so asked at the target too.
  if ((first > 0 && first >= target)); then echo 'all media asked beside the first address'
  elif ((first == 0 && target > 0)); then echo 'all media asked beside the target'
  else echo "beside the first address $first, at the target $target"; fi
}
{
  echo "HLS: $(where film.m3u8)"
  echo "DASH: $(where film.mpd)"
} | compare
