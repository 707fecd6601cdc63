import type { Config } from './schema.ts'

/** Whether a configuration has nothing for an edge to serve: no sources, groups or auth backends. */
const servesNobody = (config: Config): boolean =>
  [config.sources, config.groups, config.origins, config.channels, config.surge].every(
    (list) => list.length === 0,
  ) &&
  config.auth_backends.length === 0 &&
  config.secure_links.length === 0 &&
  config.control.listen === null &&
  config.control.urls.length === 0 &&
  !config.demo.enabled

/** The effective `edge.nginx`: `none` where only media servers are configured, since their viewers do not pass through an edge. */
export const nginxOf = (config: Config): Config['edge']['nginx'] => {
  const isHome = config.media_servers.length > 0 && servesNobody(config)
  return config.edge.nginx === 'bundled' && isHome ? 'none' : config.edge.nginx
}
