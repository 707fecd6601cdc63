import { SINK_PATH } from './notice-sink.ts'

/** Where the demo's Plex server is, below the address of the demo's origin. */
export const DEMO_PLEX_PATH = '/plex'
/** Its token, which is no secret. */
export const DEMO_PLEX_TOKEN = 'demo'
/** File with that token, beside the demo's configuration. */
export const DEMO_TOKEN_FILE = 'demo-plex.token'

/** Where the demo listens. */
export interface DemoAddresses {
  readonly edge: string
  readonly admin: string
  readonly origin: string
}

/** The demo's addresses, unless the environment names others. */
export function demoAddresses(environment: NodeJS.ProcessEnv): DemoAddresses {
  return {
    edge: environment['GATEHOUSE_EDGE_LISTEN'] ?? '0.0.0.0:8080',
    admin: environment['GATEHOUSE_ADMIN_LISTEN'] ?? '127.0.0.1:8090',
    origin: environment['GATEHOUSE_DEMO_ORIGIN'] ?? '127.0.0.1:8089',
  }
}

/** The configuration `run` uses without `--config`. */
export function demoConfig({ edge, admin, origin }: DemoAddresses): string {
  return `# The demo. Written anew at each start without --config: copy it to begin a configuration of your own.
edge:
  listen: ${edge}
  # So that one machine can play any viewer. Trust your own proxies only.
  trusted_proxies: [127.0.0.1/32]
admin:
  listen: ${admin}
# A refused screen may try again soon: VLC walks through the whole list when its first channel is refused.
clocks: { ban_sec: 30 }
sources:
  - name: demo
    url: http://${origin}/playlist.m3u
    refresh_sec: 60
# The channels' logos lie at the demo's origin, which only this machine reaches.
pictures: { through: [private] }
# The programme guide: every list names it at the edge, with its ticket.
guide:
  sources:
    - { name: demo, url: 'http://${origin}/epg.xml', refresh_sec: 3600 }
groups:
  - name: home
    networks: [192.168.0.0/16]
    max_sessions: 2
    limitation: replace
  - name: abroad
    countries: [DE]
    channels: { titles: [Federal, Sport] }
    max_sessions: 2
    limitation: replace
  - name: everyone
    default: true
    channels: { titles: [Federal] }
    max_sessions: 2
    limitation: replace
plans:
  - { name: single, max_sessions: 1 }
  - { name: standard, max_sessions: 2 }
  - { name: family, max_sessions: 4 }
# For moments when everybody watches: ./scripts/gatehouse surge on rush, or the switch in the dashboard.
surge:
  - { name: rush, group: everyone, channels: { ids: [federal-1, federal-2] }, running: stay }
# A media server with invented plays: ./scripts/gatehouse servers, ./scripts/gatehouse sessions
media_servers:
  - { name: demo, kind: plex, url: 'http://${origin}${DEMO_PLEX_PATH}', token_file: ${DEMO_TOKEN_FILE} }
# Where the demo's notices go; the demo shows the newest at this address.
destinations:
  - { name: demo, kind: webhook, url: 'http://${origin}${SINK_PATH}' }
demo:
  enabled: true
  origin: ${origin}
  accounts:
    - { name: one-screen, max_sessions: 1 }
    - { name: two-screens, max_sessions: 2 }
`
}
