import type { PlayRecord } from '#domain/types'

/** A city with a network whose addresses the bundled geo data finds there. */
export interface DemoPlace {
  readonly country: string
  readonly city: string
  readonly latitude: number
  readonly longitude: number
  /** The first three numbers of its addresses. */
  readonly prefix: string
  readonly asn: number
  readonly org: string
}

const place = (
  [country, city]: readonly [string, string],
  [latitude, longitude]: readonly [number, number],
  [prefix, asn, org]: readonly [string, number, string],
): DemoPlace => ({ country, city, latitude, longitude, prefix, asn, org })

/** Where the demo's accounts live. */
export const PLACES: readonly [DemoPlace, ...DemoPlace[]] = [
  place(['FR', 'Lyon'], [45.764, 4.836], ['176.147.71', 5410, 'Bouygues Telecom SA']),
  place(['FR', 'Paris'], [48.871, 2.321], ['37.169.76', 51_207, 'Free Mobile SAS']),
  place(['DE', 'Hamburg'], [53.549, 9.987], ['217.90.87', 3320, 'Deutsche Telekom AG']),
  place(['DE', 'Munich'], [48.177, 11.533], ['217.51.226', 6805, 'Telefonica Germany']),
  place(['PL', 'Warsaw'], [52.181, 20.993], ['46.205.178', 12_912, 'T-Mobile Polska S.A.']),
  place(['ES', 'Madrid'], [40.516, -3.663], ['80.38.149', 3352, 'Telefonica de Espana']),
  place(['IT', 'Milan'], [45.464, 9.19], ['82.63.67', 3269, 'Telecom Italia S.p.A.']),
  place(['PT', 'Lisbon'], [38.703, -9.169], ['213.63.81', 12_926, 'AR Telecom']),
  place(['SE', 'Stockholm'], [59.333, 18.066], ['95.196.164', 3301, 'Telia Company AB']),
  place(['FI', 'Helsinki'], [60.17, 24.938], ['213.204.51', 3238, 'Alands Telekommunikation']),
  place(['LV', 'Riga'], [56.968, 24.106], ['90.133.69', 1257, 'Tele2 Sverige AB']),
  place(['GR', 'Athens'], [37.984, 23.728], ['212.205.25', 6799, 'OTE SA']),
  place(['UA', 'Kyiv'], [50.441, 30.418], ['88.154.55', 34_058, 'lifecell']),
  place(['KZ', 'Almaty'], [43.251, 76.945], ['178.88.208', 9198, 'JSC Kazakhtelecom']),
  place(['GE', 'Tbilisi'], [41.715, 44.827], ['46.49.47', 16_010, 'Magticom Ltd.']),
  place(['IL', 'Tel Aviv'], [32.085, 34.782], ['147.235.86', 6810, 'Bezeq']),
  place(['AE', 'Dubai'], [25.278, 55.342], ['176.204.167', 5384, 'Etisalat']),
  place(['IN', 'Mumbai'], [19.076, 72.878], ['59.185.173', 17_813, 'Mahanagar Telephone Nigam']),
  place(['JP', 'Tokyo'], [35.689, 139.692], ['133.106.216', 138_384, 'Rakuten Mobile, Inc.']),
  place(['KR', 'Seoul'], [37.561, 126.996], ['58.239.11', 9318, 'SK Broadband Co Ltd']),
  place(['CA', 'Toronto'], [43.672, -79.38], ['99.242.39', 812, 'Rogers Communications Canada']),
  place(['US', 'Chicago'], [41.878, -87.63], ['100.173.162', 21_928, 'T-Mobile USA, Inc.']),
  place(['US', 'Los Angeles'], [34.055, -118.243], ['47.159.237', 5650, 'Frontier Communications']),
  place(['MX', 'Mexico City'], [19.42, -99.143], ['201.146.98', 8151, 'Uninet S.A. de C.V.']),
  place(['AR', 'Buenos Aires'], [-34.617, -58.368], ['200.16.253', 10_834, 'Telefonica Argentina']),
  place(['ZA', 'Cape Town'], [-33.925, 18.424], ['41.172.87', 36_937, 'Liquid Telecommunications']),
  place(['NG', 'Lagos'], [6.524, 3.379], ['105.115.152', 36_873, 'Airtel Networks Limited']),
  place(['KE', 'Nairobi'], [-1.325, 36.849], ['102.4.252', 36_926, 'Airtel Networks Kenya']),
  place(['NZ', 'Auckland'], [-36.848, 174.758], ['210.48.90', 4770, 'The Internet Group']),
]

/** A data centre, as people who hide their address use it. */
export const DATA_CENTRE: DemoPlace = place(
  ['NL', 'Amsterdam'],
  [52.368, 4.904],
  ['198.18.7', 60_781, 'Example Hosting and VPN B.V.'],
)

/** What a play records of where it came from. */
export const placeFields = (at: DemoPlace, host: number) =>
  ({
    address: `${at.prefix}.${host}`,
    network: `${at.prefix}.${host}`,
    isLan: false,
    country: at.country,
    region: null,
    city: at.city,
    latitude: at.latitude,
    longitude: at.longitude,
    accuracyKm: 25,
    asn: at.asn,
    asnOrg: at.org,
  }) satisfies Partial<PlayRecord>
