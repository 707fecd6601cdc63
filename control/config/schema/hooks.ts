import { Type } from 'typebox'
import { item, name, nullable, oneOf, seconds, section, text, texts } from './fields.ts'

/** Kinds of other servers that ask in a protocol of their own. */
export const HOOK_SERVER_KINDS = ['mediamtx', 'srs', 'ovenmediaengine', 'astra'] as const

const hookServerSchema = item(
  {
    name: name('Name of the server: the last part of the address it asks at.'),
    kind: oneOf([...HOOK_SERVER_KINDS], { description: 'What it is.' }),
    api: nullable(
      Type.String({ pattern: '^https?://[^/@]+', examples: ['http://127.0.0.1:9997'] }),
      { description: 'Its own HTTP interface, where sessions are read and ended (MediaMTX, SRS).' },
    ),
    user: text({ default: 'gatehouse', description: 'User name for `api`.' }),
    password_file: nullable(text({ description: 'Password file.' }), {
      description: 'File with the password for `api`.',
    }),
    secret_file: nullable(text({ description: 'Secret file.' }), {
      description: "File with the `SecretKey` of OvenMediaEngine's AdmissionWebhooks.",
    }),
    poll_sec: seconds(5, 'How often `api` is read.'),
    lifetime_sec: seconds(
      180,
      'How long a permission holds at a server without `api`: OvenMediaEngine ends the playback then, Astra gives its slot back.',
      10,
    ),
    trusted: texts({
      default: ['127.0.0.0/8', '::1'],
      description: 'Networks of those who publish, and of proxies in front of the server.',
    }),
  },
  { description: 'Another server that asks in a protocol of its own.' },
)

/** Hooks that other media servers call: Flussonic's auth backend request, nginx-rtmp's `on_play`. */
export const hooksSchema = section(
  {
    listen: Type.Union([Type.String({ pattern: '^\\S+:\\d{1,5}$' }), Type.Null()], {
      default: null,
      description: 'Where other servers ask; off when not set.',
      examples: ['127.0.0.1:8091'],
    }),
    allow: texts({ description: 'Networks that may call.' }),
    secret_file: Type.Union([Type.String({ minLength: 1 }), Type.Null()], {
      default: null,
      description:
        'File with the secret callers present as `?secret=` or in `X-Hook-Secret`: 16 characters at least.',
    }),
    rtmp_update_sec: seconds(
      30,
      "nginx-rtmp's `notify_update_timeout`: a playback of which three updates in a row are missing gives its slot back.",
    ),
    servers: Type.Array(hookServerSchema, {
      default: [],
      description: 'MediaMTX, SRS, OvenMediaEngine and Astra servers that ask.',
    }),
  },
  { description: 'Our decision for other servers.' },
)
