import { mkdirSync, writeFileSync } from 'node:fs'
import { setTimeout as sleep } from 'node:timers/promises'
import { copyAuthorities } from '../../nginx/certificates/authorities.ts'
import { BUNDLE_FILE, nginxSettings } from '../../nginx/from-config.ts'
import { builtBundle, markOf, ownTemplates } from '../../nginx/release.ts'
import { renderNginx } from '../../nginx/render.ts'
import { copySlates } from '../../nginx/slates.ts'
import { Failure } from '../../runtime/failure.ts'
import type { Tool } from '../../runtime/resolve.ts'
import type { Service } from '../processes/child.ts'
import { edgeHealth, type Instance } from '../processes/services.ts'
import { storeCertificates } from './certificates.ts'
import { type WrittenFiles, writeNginxFiles } from './nginx-files.ts'

const POLL_MS = 5000
const MISSES = 3

/**
 * Renders and writes the edge's configuration. Throws a `Failure` for an nginx without njs, and for a certificate that
 * cannot be served; where nginx runs already, the copy in use goes on then.
 */
export function prepareNginx(instance: Instance, nginx: Tool, isRunning = false): WrittenFiles {
  const { config, paths } = instance
  if (nginx.modules === undefined) throw new Failure('nginx was found without its njs module.')
  const { js, geoip2 } = nginx.modules
  // nginx logs errors to stderr, so that the supervisor writes them with secrets masked.
  const plain = nginxSettings(config, paths, {
    modules: { js, geoip2 },
    user: instance.workerUser,
    errorLog: 'stderr warn',
    certificates: storeCertificates(config, paths, isRunning),
    hasHttp3: nginx.hasHttp3 === true,
    troublesFile: paths.edgeTroubles,
  })
  const settings = { ...plain, mark: markOf(plain, config) }
  if (settings.https && config.edge.http3 && nginx.hasHttp3 !== true)
    instance.report('This nginx was built without HTTP/3; viewers are served by HTTP/2.')
  if (!isRunning) writeFileSync(paths.edgeTroubles, '', { mode: 0o644 })
  for (const folder of [settings.tempDir, settings.cacheDir]) mkdirSync(folder, { recursive: true })
  copyAuthorities(settings.confDir)
  copySlates(settings.confDir, config.edge.slates_folder, instance.report)
  const files = renderNginx(settings, ownTemplates())
  // nginx reads the bundle again at each reload, and an upgrade may have replaced the one in the package.
  const bundle = isRunning ? {} : { [BUNDLE_FILE]: builtBundle().toString() }
  return writeNginxFiles({ ...bundle, ...files }, paths)
}

/**
 * Kills an nginx that no longer answers: after a worker has died with the lock of a shared zone, the others spin until nginx is started
 * again. Returns a function that stops watching.
 */
export function watchNginx(nginx: Service, { paths, report }: Instance): () => void {
  const over = new AbortController()
  const watch = async () => {
    for (let misses = 0; !over.signal.aborted; await sleep(POLL_MS, undefined, { ref: false })) {
      const health = nginx.pid() === null ? null : await edgeHealth(paths)
      const isFine = nginx.pid() === null || health?.isWedged === false
      misses = isFine ? 0 : misses + 1
      if (misses < MISSES || over.signal.aborted) continue
      report('nginx does not answer any more; it is started anew.')
      nginx.kill()
      misses = 0
    }
  }
  void watch()
  return () => over.abort()
}
