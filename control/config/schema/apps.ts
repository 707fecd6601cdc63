import { Type } from 'typebox'
import { flag, nullable, section } from './fields.ts'

/** Doors of IPTV apps. */
export const appsSchema = section(
  {
    base_path: nullable(Type.String({ pattern: '^(?:/[A-Za-z0-9._~-]+)+$' }), {
      description:
        'Folder that apps have in the address they were given, such as `/tv`; every door answers below it too.',
      examples: ['/tv'],
    }),
    panel_api: flag(false, 'Answer `panel_api.php`, which few apps still ask.'),
  },
  { description: 'What IPTV apps speak.' },
)
