import { Type } from 'typebox'

const strict = { additionalProperties: false } as const

const hours = (fallback: number, description: string, maximum = 2160) =>
  Type.Number({ exclusiveMinimum: 0, maximum, default: fallback, description })
const whole = (fallback: number, description: string, minimum = 1) =>
  Type.Integer({ minimum, maximum: 100_000, default: fallback, description })
const km = (fallback: number, description: string) =>
  Type.Number({ minimum: 0, maximum: 20_038, default: fallback, description })
const minutes = (fallback: number, description: string) =>
  Type.Number({ minimum: 0, maximum: 1440, default: fallback, description })
const flag = (fallback: boolean, description: string) =>
  Type.Boolean({ default: fallback, description })

const windowHours = (fallback: number) =>
  hours(fallback, 'How far back plays are compared, in hours.')

/** Schemas of the parameters of each kind of rule. */
export const PARAMS = {
  impossible_travel: Type.Object(
    {
      window_hours: windowHours(24),
      max_speed_kmh: Type.Number({
        exclusiveMinimum: 0,
        maximum: 100_000,
        default: 900,
        description:
          'Fastest plausible travel; presets: 500 strict, 900 an airliner, 1000 lenient.',
      }),
      min_distance_km: km(100, 'Nearer places are one place; accuracy is subtracted first.'),
      ignore_same_device: flag(
        true,
        'One device that jumps changed its VPN or its carrier, not its owner.',
      ),
      ignore_hosting: flag(true, 'Leave out exits of data centres.'),
    },
    strict,
  ),
  simultaneous_places: Type.Object(
    {
      window_hours: windowHours(24),
      min_distance_km: km(100, 'Nearer places are one place; accuracy is subtracted first.'),
      min_overlap_minutes: minutes(10, 'Shorter overlaps are hand-overs.'),
      ignore_hosting: flag(true, 'Leave out exits of data centres.'),
    },
    strict,
  ),
  device_velocity: Type.Object(
    {
      window_hours: windowHours(24),
      count: Type.Enum(['networks', 'devices'], {
        default: 'networks',
        description: 'What is counted; the LAN never is.',
      }),
      max: whole(5, 'More than this many fire the rule.'),
    },
    strict,
  ),
  concurrent_streams: Type.Object(
    {
      window_hours: windowHours(24),
      max_streams: whole(3, 'More than this many at once fire the rule.'),
      min_overlap_minutes: minutes(2, 'Shorter overlaps are hand-overs.'),
      ignore_same_network: flag(false, 'Count one stream per network.'),
    },
    strict,
  ),
  geo_restriction: Type.Object(
    {
      mode: Type.Enum(['allow', 'block'], {
        default: 'block',
        description: '`allow`: only these countries; `block`: all but these.',
      }),
      countries: Type.Array(Type.String({ pattern: '^[A-Za-z]{2}$' }), {
        default: [],
        description: 'ISO 3166-1 codes; the LAN and unknown countries never match.',
      }),
    },
    strict,
  ),
  second_household: Type.Object(
    {
      window_hours: windowHours(1440),
      min_days: whole(5, 'Days another household must have played.'),
      min_overlap_days: whole(0, 'Days it must have played at the same time as the main one.', 0),
    },
    strict,
  ),
  restreaming: Type.Object(
    {
      window_hours: windowHours(168),
      min_hours_per_day: Type.Number({
        exclusiveMinimum: 0,
        maximum: 24,
        default: 20,
        description: 'A day counts as round the clock from this many hours of one network.',
      }),
      min_days: whole(3, 'Days round the clock within the window.'),
      min_parallel: whole(
        3,
        'Streams at once from one network that say nobody is watching them all.',
        2,
      ),
    },
    strict,
  ),
  leaked_copy: Type.Object(
    {
      window_hours: windowHours(720),
      burst_hours: hours(96, 'Time within which the strangers turn up.'),
      min_devices: whole(4, 'New devices on networks nobody of the account used before.', 2),
      min_places: whole(3, 'Networks, of different pools, they come from.', 2),
    },
    strict,
  ),
  hosting_network: Type.Object(
    {
      window_hours: windowHours(168),
      min_plays: whole(1, 'Plays through data centres in the window.'),
    },
    strict,
  ),
} as const
