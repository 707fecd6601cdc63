import { say } from './sentences.ts'

/** Why no connection came about, by the system's code. */
export const CONNECTION_WORDS: Readonly<Record<string, string>> = {
  ECONNREFUSED: say('connection.refused'),
  ECONNRESET: say('connection.broken'),
  UND_ERR_SOCKET: say('connection.broken'),
  ENOTFOUND: say('connection.no_host'),
  EAI_AGAIN: say('connection.no_lookup'),
  EHOSTUNREACH: say('connection.no_way'),
  ENETUNREACH: say('connection.no_network'),
}
