import { join } from 'node:path'
import { packageRoot } from '../../../control/config/paths.ts'
import { DEFAULT_ZONES, type NginxSettings } from '../../../control/nginx/settings.ts'
import { loadTemplates } from '../../../control/nginx/template.ts'

/** The templates as they are. */
export const templates = loadTemplates(join(packageRoot(), 'nginx'))

/** Settings to render them with, where no nginx is started. */
export const settings: NginxSettings = {
  confDir: '/state/nginx',
  bundle: '/opt/gatehouse/dist/edge.js',
  modules: { js: '/m/ngx_http_js_module.so', geoip2: '/m/geoip2.so' },
  user: null,
  pidFile: '/state/nginx.pid',
  errorLog: '/state/error.log warn',
  accessLog: '/state/access.log',
  trafficLog: '/state/traffic.log',
  tempDir: '/state/temp',
  cacheDir: '/state/cache',
  workers: 'auto',
  workerConnections: 1024,
  listen: [{ address: '0.0.0.0:8080', isProxyProtocol: false }],
  sockets: {
    inner: '/s/inner.sock',
    fail: '/s/fail.sock',
    push: '/s/push.sock',
    room: '/s/room.sock',
  },
  pushListen: null,
  edgeId: 'edge-1',
  edgeKey: null,
  control: { servers: ['unix:/s/control.sock'], tls: null },
  askTimeoutMs: 1000,
  origins: ['http://127.0.0.1:9000', 'https://origin.example'],
  resolver: null,
  trustedProxies: [],
  realIpHeader: 'X-Forwarded-For',
  geoipFile: null,
  v6Prefix: 64,
  zones: DEFAULT_ZONES,
  listCacheSize: '64m',
  segmentCache: null,
  gzip: true,
  guessesPerSecond: 10,
  judgedInPlace: 200,
  segmentConnections: 8,
}
