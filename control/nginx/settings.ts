/** One address nginx listens on for viewers. */
export interface PublicListen {
  /** `0.0.0.0:8080`, `[::]:8080`, `unix:/path`. */
  readonly address: string
  /** A balancer in front speaks the PROXY protocol here. */
  readonly isProxyProtocol: boolean
}

/** Certificates nginx serves for the same names: one, or one for each kind of key. */
export interface ServedCertificate {
  /** PEM files, each of certificate, chain and key. */
  readonly files: readonly string[]
  /** Server names; may begin with `*.`. */
  readonly names: readonly string[]
}

/** How viewers come by HTTPS. */
export interface HttpsSettings extends PublicListen {
  /** At least one; the first serves names that none is for. */
  readonly certificates: readonly ServedCertificate[]
  readonly hasHttp3: boolean
  /** Port viewers reach HTTP/3 by, for `Alt-Svc` (RFC 7838). */
  readonly port: number
  /** `https://host` that plain requests are redirected to, nginx variables allowed; `null` = they are served. */
  readonly redirectTo: string | null
}

/** Where edges reach the control plane. */
export interface ControlLink {
  /** `unix:/path` or `host:port`; several control planes share the work. */
  readonly servers: readonly string[]
  /** `null` on a unix socket. */
  readonly tls: { readonly trustedCertificate: string; readonly serverName: string } | null
}

/** Where control reaches this edge over the network; on one machine the unix socket is enough. */
export interface PushListen {
  readonly address: string
  /** `null`: every push is signed and holds only hashes, but travels in the clear. */
  readonly tls: { readonly certificate: string; readonly key: string } | null
  /** What pushes are signed with. */
  readonly key: string
  /**
   * Push address the edge reports to the control plane: `https://host:port`; host `*` = the source
   * address of its requests.
   */
  readonly announced: string
}

/** Sizes of shared memory, as nginx writes them (`32m`). */
export interface ZoneSizes {
  readonly leases: string
  readonly bans: string
  readonly streams: string
  readonly pace: string
  readonly texts: string
  readonly denied: string
  readonly guessed: string
  readonly networks: string
  readonly channels: string
  readonly country: string
  readonly identity: string
  readonly slots: string
  readonly ring: string
  readonly connections: string
  readonly manifests: string
  readonly longManifests: string
  readonly flights: string
}

/** What nginx says of the files it has read. */
export interface FilesMark {
  /** Version of the package, and a hash of what all edges of it have in common: `0.1.0-1a2b3c4d5e`. */
  readonly release: string
  /** Hash of the files as the settings make them. */
  readonly files: string
}

/** All values of nginx's configuration. Paths are absolute. */
export interface NginxSettings {
  /** Folder the rendered files will lie in. */
  readonly confDir: string
  /** The bundle, a copy of `dist/edge.js`: what nginx reads at a reload is of the same release as its other files. */
  readonly bundle: string
  /** `null` = none. */
  readonly mark?: FilesMark | null
  readonly modules: { readonly js: string; readonly geoip2: string | null }
  /** User of the workers, where the master runs as root. */
  readonly user: string | null
  readonly pidFile: string
  /** With its level: `/path/error.log warn`. */
  readonly errorLog: string
  /** JSON lines; `null` = none. */
  readonly accessLog: string | null
  /** Where nginx notes bytes per session for the sync; best on tmpfs. */
  readonly trafficLog: string
  readonly tempDir: string
  readonly cacheDir: string
  readonly workers: number | 'auto'
  readonly workerConnections: number
  readonly listen: readonly PublicListen[]
  readonly https?: HttpsSettings | null
  /** File of sentences about this edge that its health and its sync tell, a line each. */
  readonly troublesFile?: string | null
  readonly sockets: {
    readonly inner: string
    readonly fail: string
    readonly push: string
    /** Of the waiting room for blocking reloads; empty where nobody opens one. */
    readonly room: string
  }
  readonly pushListen: PushListen | null
  readonly edgeId: string
  /** `null` on a unix socket. */
  readonly edgeKey: string | null
  readonly control: ControlLink
  /** How long control may take to answer a viewer's question before the edge decides alone. */
  readonly askTimeoutMs: number
  /** Origins known in advance get connections kept open; `http://host:port` each. */
  readonly origins: readonly string[]
  /** Those of them that get viewers' `Authorization`. */
  readonly authorizedOrigins?: readonly string[]
  /** Those of them whose certificates are not checked. */
  readonly unverifiedOrigins?: readonly string[]
  /** Servers that answer for an origin, `host:port` each; the origin's own address where none are named. */
  readonly serversOfOrigins?: Readonly<Record<string, readonly string[]>>
  /** For origins given by name and not known in advance. */
  readonly resolver: string | null
  readonly trustedProxies: readonly string[]
  readonly realIpHeader: string
  /** A country database for nginx's own geoip2 module. */
  readonly geoipFile: string | null
  /** The operator's own variable that holds the country (`$geoip2_country_code`). */
  readonly countryVariable?: string | null
  /** Bits of IPv6 that make one viewer: 64, 56 or 48. */
  readonly v6Prefix: number
  readonly zones: ZoneSizes
  readonly listCacheSize: string
  /** As nginx writes it; 64 MB when not set. */
  readonly pictureCacheSize?: string
  readonly segmentCache: { readonly size: string; readonly validSec: number } | null
  readonly gzip: boolean
  /** Openings and playlists with a token or password, per network key and second. */
  readonly guessesPerSecond: number
  /** Responses at once up to which segments are judged in place; what comes beyond is judged one hop away. */
  readonly judgedInPlace: number
  /** Connections under one pass. */
  readonly segmentConnections: number
  /** How apps may write their addresses; as they stand in the table of doors when not set. */
  readonly apps?: {
    /** Folder below which every door answers too. */
    readonly basePath: string | null
    /** The doors of apps answer below any folder: where nothing else is served. */
    readonly isAnyFolder: boolean
  }
}

/** Sizes good for 200,000 sessions, 100,000 networks and 20,000 channels. */
export const DEFAULT_ZONES: ZoneSizes = {
  leases: '64m',
  bans: '16m',
  streams: '16m',
  pace: '16m',
  texts: '2m',
  denied: '8m',
  guessed: '4m',
  networks: '32m',
  channels: '32m',
  country: '8m',
  identity: '64m',
  slots: '12m',
  ring: '12m',
  connections: '16m',
  manifests: '32m',
  longManifests: '64m',
  flights: '2m',
}
