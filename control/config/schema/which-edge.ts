import type { Config } from './schema.ts'

/** Whether a configuration names nothing that an edge would serve or a viewer's door would ask. */
const servesNobody = (config: Config): boolean =>
  [config.sources, config.groups, config.origins, config.channels, config.surge].every(
    (list) => list.length === 0,
  ) &&
  config.auth_backends.length === 0 &&
  config.secure_links.length === 0 &&
  config.control.listen === null &&
  config.control.urls.length === 0 &&
  !config.demo.enabled

/** Which nginx is there: none where only media servers are named, for their viewers do not come through an edge. */
export const nginxOf = (config: Config): Config['edge']['nginx'] => {
  const isHome = config.media_servers.length > 0 && servesNobody(config)
  return config.edge.nginx === 'bundled' && isHome ? 'none' : config.edge.nginx
}
