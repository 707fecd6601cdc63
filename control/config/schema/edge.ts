import { Type } from 'typebox'
import {
  ADDRESS_PATTERN,
  address,
  count,
  flag,
  item,
  name,
  nullable,
  oneOf,
  seconds,
  section,
  text,
  texts,
} from './fields.ts'

const zones = section(
  {
    leases_mb: count(
      32,
      'Shared memory for running sessions; 128 bytes each. That for streams of MPEG-TS, and for places taken while control is away, grows with it.',
    ),
    bans_mb: count(8, 'Shared memory for bans.'),
    denials_mb: count(8, 'Shared memory for remembered refusals; the oldest give way.'),
    networks_mb: count(32, 'Shared memory for networks; two of this size are kept.'),
    channels_mb: count(
      256,
      'Shared memory for channels, about 450 bytes each; two of this size are kept, used as they fill.',
    ),
  },
  { description: "Sizes of the edge's shared memory." },
)

const certificateSchema = item(
  {
    certificate_file: text({ description: 'Certificate, in PEM.' }),
    key_file: text({ description: 'Its private key, in PEM.' }),
    names: texts({
      description: 'Server names it is served for; those in the certificate when not set.',
      examples: [['tv.example.net', '*.tv.example.net']],
    }),
  },
  { description: 'A certificate of the edge.' },
)

/** Settings of nginx and of its requests to origins. */
export const edgeSchema = section(
  {
    id: Type.String({
      pattern: '^[a-z0-9][a-z0-9_-]{0,31}$',
      default: 'edge-1',
      description: 'Name of this edge in events, logs and bans.',
    }),
    nginx: oneOf(['bundled', 'external', 'none'], {
      default: 'bundled',
      description:
        '`bundled`: `run` starts nginx. `external`: you run your own nginx with our include files. `none`: there is no edge, as with media servers alone; what names nothing but media servers has none in any case.',
    }),
    socket_group: nullable(text({ description: 'Group.' }), {
      description:
        "Group of your own nginx's workers, so that they reach our sockets (`nginx: external`).",
      examples: ['www-data'],
    }),
    listen: address('0.0.0.0:8080', 'Where viewers connect; `[::]:8080` takes IPv6 and IPv4.'),
    tls_listen: nullable(Type.String({ pattern: ADDRESS_PATTERN }), {
      description:
        'Where viewers connect by HTTPS, HTTP/3 by UDP included; with a certificate and not set, the host of `listen` with port 443 beside a plain port 80, else 8443.',
      examples: ['0.0.0.0:443'],
    }),
    certificate_file: nullable(text({ description: 'PEM certificate.' }), {
      description:
        'Certificate of the edge and those that lead to its authority, in PEM; a renewed file is taken up by itself.',
    }),
    key_file: nullable(text({ description: 'PEM key.' }), {
      description: 'Its private key, without a passphrase.',
    }),
    certificates: Type.Array(certificateSchema, {
      default: [],
      description:
        'Further certificates, chosen by the server name a viewer asks for (SNI); without `edge.certificate_file` the first is the one for all other names.',
    }),
    plain: oneOf(['redirect', 'serve'], {
      default: 'redirect',
      description:
        'What `listen` does beside HTTPS. `redirect`: sends viewers to HTTPS, but for `/health` and what a trusted proxy says came by HTTPS. `serve`: serves them; lists asked there say http.',
    }),
    http3: flag(
      true,
      'Serve HTTP/3 (QUIC) beside HTTPS, where nginx has it and no PROXY protocol is spoken.',
    ),
    public_url: nullable(Type.String({ pattern: '^https?://[^/]+$' }), {
      description:
        'Scheme and host written into playlists; without it the host the viewer asked for.',
      examples: ['https://tv.example.net'],
    }),
    workers: nullable(Type.Integer({ minimum: 1, maximum: 256 }), {
      description: 'nginx workers; one per processor when not set.',
    }),
    trusted_proxies: texts({
      description: "Networks whose client-address header is believed. Nobody else's is.",
      examples: [['10.0.0.0/8']],
    }),
    client_address: oneOf(['x-forwarded-for', 'x-real-ip', 'proxy-protocol'], {
      default: 'x-forwarded-for',
      description: "How a trusted proxy tells the client's address.",
    }),
    country_variable: nullable(Type.String({ pattern: '^\\$[a-z0-9_]+$' }), {
      description: 'nginx variable that holds the country, where you load a geoip2 module.',
      examples: ['$geoip2_country_code'],
    }),
    resolver: texts({
      description: "DNS servers for origins named in playlists; the machine's own when not set.",
    }),
    manifest_sec: nullable(Type.Number({ minimum: 0.1, maximum: 60 }), {
      description:
        'Seconds a fetched manifest serves all viewers of a channel; half its target duration when not set.',
    }),
    cache_mb: count(0, 'Disk cache for segments in MB; 0 keeps none.', 0),
    slates_folder: nullable(text({ description: 'Folder.' }), {
      description:
        'Your own clips for refused openings (`groups[].slates`), as `en/cap.ts`; MPEG-TS of 8 seconds. What is not there is ours.',
    }),
    group_binding: oneOf(['strict', 'sticky'], {
      default: 'strict',
      description:
        '`strict`: a list won by network or country opens only from there. `sticky`: until it expires.',
    }),
    zones,
  },
  { description: 'The nginx edge.' },
)

export const originSchema = item(
  {
    name: name('Name of the origin.'),
    url: Type.String({ pattern: '^https?://[^/@]+/?$', description: 'Scheme, host and port.' }),
    servers: texts({
      description:
        'Several servers that answer for this origin, `host:port` each; its certificate names the host of `url`.',
    }),
    tls_verify: flag(
      true,
      "Check the origin's certificate, by the authorities that come with Node, those of this machine and those that `NODE_EXTRA_CA_CERTS` names. nginx checks names, not addresses: for an origin known by an address name the one in its certificate in `url`, and the address in `servers`.",
    ),
    redirects: texts({
      description:
        'Hosts it may send the edge to by redirections and in manifests, besides those of all `origins`: a name, `*.domain`, an address, or `*` for any; at any port.',
      examples: [['*.cdn.example.net']],
    }),
    share: oneOf(['auto', 'off'], {
      default: 'auto',
      description:
        'One fetched manifest serves all viewers of a channel. `off`: its manifests are written for each viewer; `auto` finds that out where two of them differ in more than the time of day, and fetches them for each viewer from then on: the first two may be given the same.',
    }),
    authorization: flag(
      false,
      "Pass viewers' `Authorization` header on to it; otherwise no origin sees it.",
    ),
  },
  {
    description: 'A media server the edge fetches from; others in playlists are reached directly.',
  },
)

/** The listener for edges on other machines, and for an edge the control planes it uses. */
export const controlSchema = section(
  {
    listen: nullable(Type.String({ pattern: '^\\S+:\\d{1,5}$' }), {
      description: 'TLS listener for edges on other machines; the local edge uses a unix socket.',
      examples: ['0.0.0.0:8443'],
    }),
    certificate_file: nullable(text({ description: 'PEM certificate.' }), {
      description: 'Certificate of that listener, or of `push_listen` on an edge.',
    }),
    key_file: nullable(text({ description: 'PEM key.' }), { description: 'Its private key.' }),
    urls: texts({
      description: 'Control planes an edge on another machine asks, `https://host:port` each.',
    }),
    server_name: nullable(text({ description: 'Host name.' }), {
      description:
        "Name in the control planes' certificates; the host of the first of `urls` when not set.",
      examples: ['control.example.net'],
    }),
    ca_file: nullable(text({ description: 'PEM file.' }), {
      description:
        'CA that signed the certificates of the other side: edges check control planes, and control planes check where they push to.',
    }),
    edge_key_file: nullable(text({ description: 'Key file.' }), {
      description: "File with this edge's key, as `gatehouse edges add` printed it.",
    }),
    push_listen: nullable(Type.String({ pattern: '^\\S+:\\d{1,5}$' }), {
      description:
        'Where this edge takes pushed bans from control planes on other machines; over TLS where it has `certificate_file` and `key_file`.',
    }),
  },
  { description: 'Between edges and control planes on several machines.' },
)

export const clocksSchema = section(
  {
    decision_sec: seconds(180, "How long a backend's answer holds without X-AuthDuration."),
    deny_sec: seconds(30, 'How long a refusal is remembered without X-AuthDuration.'),
    ban_sec: seconds(180, "How long an account's excess stays banned."),
    idle_sec: seconds(30, 'Silence after which a live session gives its slot back.', 5),
    idle_vod_sec: seconds(120, 'The same for archives and films.', 5),
    reserve_sec: seconds(10, 'How long an opened session may take to start.'),
    confirm_sec: seconds(
      30,
      'How long sessions must run beside each other before a soft cap acts.',
    ),
    supersede_sec: seconds(15, "How long a device's previous channel may still be polled."),
    takeover_sec: seconds(10, 'Silence after which a session may move to another network.'),
  },
  { description: 'The clocks, each on its own.' },
)
