import { Type } from 'typebox'
import { item, name, nullable, seconds, section, text } from './fields.ts'

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
