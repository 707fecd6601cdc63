import { say } from '../../sentences/sentences.ts'
import { tlsListenOf } from '../schema/https.ts'
import type { Config } from '../schema/schema.ts'
import { nginxOf } from '../schema/which-edge.ts'

interface Listener {
  readonly path: readonly string[]
  readonly text: string
}

const MOST = 65_535

const portOf = (text: string): number => Number(text.slice(text.lastIndexOf(':') + 1))

const hostOf = (text: string): string => text.slice(0, text.lastIndexOf(':'))

const ANYWHERE = new Set(['*', '0.0.0.0', '[::]', ''])

const meet = (one: string, other: string): boolean => {
  const hosts = [hostOf(one), hostOf(other)]
  const isSameHost = hosts[0] === hosts[1] || hosts.some((host) => ANYWHERE.has(host))
  return isSameHost && portOf(one) === portOf(other) && portOf(one) !== 0
}

/** The addresses this instance listens on. */
const listenersOf = (config: Config): Listener[] => {
  const { edge, admin, control, hooks, demo } = config
  const all: [string[], string | null][] = [
    [['edge', 'listen'], nginxOf(config) === 'bundled' ? edge.listen : null],
    [['edge', 'tls_listen'], nginxOf(config) === 'bundled' ? tlsListenOf(config) : null],
    // An edge whose control planes are on other machines has no admin listener.
    [['admin', 'listen'], control.urls.length > 0 ? null : admin.listen],
    [['control', 'listen'], control.listen],
    [['control', 'push_listen'], control.push_listen],
    [['hooks', 'listen'], hooks.listen],
    [['demo', 'origin'], demo.enabled ? demo.origin : null],
  ]
  return all.flatMap(([path, text]) => (text === null ? [] : [{ path, text }]))
}

/** Reports ports out of range, and ports that two listeners share. */
export const checkAddresses = (
  config: Config,
  report: (path: string[], message: string) => void,
): void => {
  const listeners = listenersOf(config)
  listeners.forEach(({ path, text }, index) => {
    if (portOf(text) > MOST)
      report([...path], say('value.no_port', { port: portOf(text), most: MOST }))
    const other = listeners.slice(0, index).find((before) => meet(before.text, text))
    if (other)
      report([...path], say('value.shared', { address: text, other: other.path.join('.') }))
  })
}
