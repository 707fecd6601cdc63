import { Type } from 'typebox'
import { flag, item, name, oneOf, text, texts } from './fields.ts'

/** Kinds of media servers. */
export const MEDIA_SERVER_KINDS = ['plex', 'jellyfin', 'emby'] as const

/** A Plex, Jellyfin or Emby server whose sessions are read. */
export const mediaServerSchema = item(
  {
    name: name('Name of the server; part of the accounts of its users.'),
    kind: oneOf([...MEDIA_SERVER_KINDS], { description: 'What it is.' }),
    url: Type.String({
      pattern: '^https?://[^/@]+',
      description: 'Where it is.',
      examples: ['http://192.168.1.5:32400'],
    }),
    token_file: text({
      description: 'File with its token: an X-Plex-Token, or an API key of Jellyfin or Emby.',
      examples: ['/etc/gatehouse/plex.token'],
    }),
    webhook_secret_file: Type.Optional(
      text({
        description:
          'File with the secret its webhooks present; shorter than 16 characters is no secret.',
      }),
    ),
    tls_verify: flag(true, 'Check its certificate.'),
    sign_out: flag(false, 'Allow devices to be signed out, where the server can (Jellyfin, Emby).'),
  },
  { description: 'A media server whose streams are watched and ended.' },
)

/** Networks of the media servers' home. */
export const homeNetworksSchema = texts({
  description:
    "CIDRs, addresses or ranges of your own home, besides the LAN and the media servers' own public addresses, none wider than a /8 (IPv6: a /16): plays from there are at home.",
  examples: [['203.0.113.9', '2001:db8:1::/48']],
})
