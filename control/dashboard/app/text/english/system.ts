import type { Wording } from './wording.ts'

/** English words of the page of the system. */
export const enSystem = {
  'app.no_answer': 'Gatehouse does not answer.',
  'system.title': 'System',
  'system.health': 'Health',
  'system.ok': 'good',
  'system.bad': 'bad',
  'system.due': 'to be done',
  'system.control': 'Control plane',
  'system.versions': 'Versions',
  'system.started': 'Running since',
  'system.store': 'Database',
  'system.redis.connected': 'connected',
  'system.redis.away': 'away',
  'system.buffered': 'Events that wait for Redis',
  'system.waiting': 'Events not yet in the database',
  'system.dropped': 'Events lost since the start',
  'imports.known': { one: '{n} was there already.', other: '{n} were there already.' },
  'imports.other_account': {
    one: '{n} was another account’s before; the later news stands.',
    other:
      '{n} were other accounts’ before; the later news stands. Histories of two servers need two names.',
  },
  'system.edges': 'Edges',
  'system.edge': 'Edge',
  'system.synced': 'synced {when} ago',
  'system.lag': 'Last sync, ago',
  'system.clock': 'Clock off by',
  'system.queue': 'Reports in the last sync',
  'system.alarms': 'Alarms',
  'system.never': 'never',
  'system.revoked': 'key revoked',
  'system.no_edges': 'No edge has synced.',
  'system.edges.text':
    'An edge syncs every second. A sync carries at most 1,000 reports of a kind; where there are always so many, more wait at the edge.',
  'system.bans': 'Bans in force',
  'system.part.store': 'Database',
  'system.part.redis': 'Redis',
  'system.part.sources': 'Playlists',
  'system.part.edges': 'Edges',
  'system.part.geo': 'Places of addresses',
  'system.part.media_servers': 'Media servers',
  'system.part.hooks_servers': 'Other servers',
  'system.part.detectors': 'Detection',
  'system.part.notices': 'Notices',
  'system.part.history': 'History',
  'system.advice.store':
    'See that the database of store.url runs and that the disk is not full. Viewers who play go on meanwhile.',
  'system.advice.redis':
    'Start Redis again, or see that redis.url is right. Viewers go on meanwhile; each control plane counts streams by itself.',
  'system.advice.sources':
    'Open the address of the playlist yourself. Until it is right again its last good state is served.',
  'system.advice.edges': 'What each edge complains of stands in the table of edges.',
  'system.advice.geo':
    'Bring new files, or see that the paths below geo in gatehouse.yaml are right.',
  'system.advice.media_servers':
    'See that the server runs; where its token is refused, remove the server and add it with a new one.',
  'system.advice.hooks_servers':
    'See that the server named here runs and that its address is right.',
  'system.advice.detectors': 'See logs/control.log; nothing is lost, findings come later.',
  'system.advice.notices':
    'Send a test on the page of destinations; what was given up can be sent again there.',
  'system.advice.history':
    'See that Redis and the database run and have room; events wait in Redis until then.',
  'unit.ms': '{n} ms',
} as const satisfies Readonly<Record<string, Wording>>
