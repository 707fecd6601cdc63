import { say } from '../../sentences/sentences.ts'
import type { Config } from '../schema/schema.ts'

type Report = (path: (string | number)[], message: string) => void

/** Servers whose sessions are read and ended over their own interface. */
const WITH_API: readonly string[] = ['mediamtx', 'srs']

/** Reports servers of `hooks.servers` that could not work: without a listener, an interface or a signing key, or twice. */
export const checkHookServers = ({ hooks }: Config, report: Report): void => {
  const seen = new Set<string>()
  if (hooks.servers.length > 0 && hooks.listen === null)
    report(['hooks', 'servers'], say('hook.no_listener'))
  hooks.servers.forEach(({ name, kind, api, secret_file: secret }, index) => {
    const at = ['hooks', 'servers', index]
    const called = `${kind}/${name}`
    if (seen.has(called)) report([...at, 'name'], say('value.twice', { name }))
    seen.add(called)
    const hasApi = WITH_API.includes(kind)
    if (hasApi && api === null) report([...at, 'api'], say('hook.needs_api', { kind }))
    if (!hasApi && api !== null) report([...at, 'api'], say('hook.no_api', { kind }))
    if (kind === 'ovenmediaengine' && secret === null)
      report([...at, 'secret_file'], say('hook.needs_secret'))
  })
}
