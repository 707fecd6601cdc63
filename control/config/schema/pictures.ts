import { Type } from 'typebox'
import { count, oneOf, seconds, section, texts } from './fields.ts'

/** Pictures and logos that come through the edge. */
export const picturesSchema = section(
  {
    through: texts({
      description:
        'Hosts whose pictures viewers get through the edge: a name, `*.domain`, an address, a network, `private` for every host that viewers elsewhere do not reach, or `all`. None when not set.',
      examples: [['private'], ['10.0.0.5', '*.panel.example']],
    }),
    types: Type.Array(
      oneOf(['png', 'jpeg', 'gif', 'webp', 'avif', 'svg'], { description: 'A type of picture.' }),
      {
        default: ['png', 'jpeg', 'gif', 'webp', 'avif'],
        description:
          'Types that pass, by what is in the file. SVG can hold scripts: it is sent with a policy that runs none.',
      },
    ),
    max_kb: Type.Integer({
      minimum: 1,
      maximum: 8192,
      default: 512,
      description: 'Size of a picture up to which it passes.',
    }),
    fresh_sec: seconds(
      21_600,
      'How long a picture is shown before it is asked for again; while its host is away, the one before is.',
      60,
    ),
    cache_mb: count(64, 'Disk cache of the edge for pictures.'),
  },
  { description: 'Pictures and logos that come through the edge.' },
)
