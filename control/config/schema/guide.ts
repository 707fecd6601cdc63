import { Type } from 'typebox'
import { count, item, name, nullable, oneOf, seconds, section, text, texts } from './fields.ts'

const guideSourceSchema = item(
  {
    name: name('Name of the source.'),
    file: Type.Optional(Type.String({ minLength: 1, description: 'XMLTV file; this or `url`.' })),
    url: Type.Optional(
      Type.String({ pattern: '^https?://', description: 'XMLTV address; also gz and xz.' }),
    ),
    refresh_sec: seconds(21_600, 'How often it is looked at again.', 60),
    time_zone: nullable(text({ description: 'IANA name.' }), {
      description: 'Zone of its times that have no offset; UTC when not set.',
      examples: ['Europe/Berlin'],
    }),
  },
  { description: 'A programme guide in XMLTV.' },
)

/** The programme guide. */
export const guideSchema = section(
  {
    sources: Type.Array(guideSourceSchema, {
      default: [],
      description: 'Where it comes from; the first that tells of an hour is believed.',
    }),
    channels: Type.Record(Type.String({ minLength: 1 }), Type.String({ minLength: 1 }), {
      default: {},
      description:
        'From a channel’s id, `tvg-id` or name to its id in a source, where the two do not find each other.',
      examples: [{ 'Sport One HD': 'sport1.example' }],
    }),
  },
  { description: 'The programme guide (EPG).' },
)

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
