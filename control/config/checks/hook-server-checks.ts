import type { Config } from '../schema/schema.ts'

type Report = (path: (string | number)[], message: string) => void

/** Servers whose sessions are read and ended over their own interface. */
const WITH_API: readonly string[] = ['mediamtx', 'srs']

/** Reports servers of `hooks.servers` that could not work: without a listener, an interface or a signing key, or twice. */
export const checkHookServers = ({ hooks }: Config, report: Report): void => {
  const seen = new Set<string>()
  if (hooks.servers.length > 0 && hooks.listen === null)
    report(['hooks', 'servers'], 'needs `hooks.listen`: nobody could ask')
  hooks.servers.forEach(({ name, kind, api, secret_file: secret }, index) => {
    const at = ['hooks', 'servers', index]
    const called = `${kind}/${name}`
    if (seen.has(called)) report([...at, 'name'], `'${name}' is there twice`)
    seen.add(called)
    const hasApi = WITH_API.includes(kind)
    if (hasApi && api === null)
      report([...at, 'api'], `${kind} needs \`api\`: without it no end of a playback is known`)
    if (!hasApi && api !== null)
      report([...at, 'api'], `${kind} has no interface that ends playbacks: leave \`api\` out`)
    if (kind === 'ovenmediaengine' && secret === null)
      report([...at, 'secret_file'], 'ovenmediaengine needs `secret_file`: its requests are signed')
  })
}
