import { Type } from 'typebox'
import { count, flag, item, name, seconds, section, texts } from './fields.ts'

const lists = (verb: string) =>
  section(
    {
      token: texts({ description: `Tokens to ${verb}.` }),
      ip: texts({ description: `Addresses, CIDRs (short forms too) and ranges to ${verb}.` }),
      country: texts({ description: `Countries to ${verb}.` }),
      ua: texts({ description: `Parts of user agents to ${verb}.` }),
    },
    { description: `What to ${verb} at once.` },
  )

/** An auth backend, after Flussonic's `auth_backend` (flussonic.com/doc/authorization/authorization-configurator). */
export const authBackendSchema = item(
  {
    name: name('Name of the auth backend.'),
    allow: lists('allow'),
    deny: lists('deny'),
    backends: Type.Array(
      item(
        {
          url: Type.String({ pattern: '^https?://', description: 'Address asked with GET.' }),
          timeout_ms: count(3000, 'How long it may take.'),
        },
        { description: 'An HTTP backend.' },
      ),
      { default: [], description: 'HTTP backends, all asked at once.' },
    ),
    allow_default: flag(false, 'Admit when nothing matched or no backend answers.'),
  },
  { description: 'Rules and HTTP backends that decide who may open a channel.' },
)

/** Accepted signed links: Flussonic's `securetoken`, nginx's `secure_link`. */
export const secureLinkSchema = item(
  {
    name: name('Name of the link key.'),
    format: Type.Union([Type.Literal('flussonic'), Type.Literal('nginx')], {
      description: "Flussonic's securetoken or nginx's secure_link.",
    }),
    key: Type.Optional(
      Type.String({ minLength: 1, description: 'The shared secret; this or `key_file`.' }),
    ),
    key_file: Type.Optional(Type.String({ minLength: 1, description: 'File with the secret.' })),
    check_ip: flag(true, "The link is bound to the viewer's address."),
    expression: Type.Optional(
      Type.String({
        description: 'nginx format: the expression of `secure_link_md5`.',
        default: '$secure_link_expires$uri$remote_addr $key',
      }),
    ),
    match: Type.String({ default: '.*', description: 'Channels it holds for, by pattern.' }),
  },
  { description: 'Secure links of other servers.' },
)

export const floodSchema = section(
  {
    wrong_per_minute: count(20, 'Wrong tokens or passwords per network and minute.'),
    lock_sec: seconds(60, 'How long a network waits after that.'),
  },
  { description: 'Guessing of tokens and passwords.' },
)
