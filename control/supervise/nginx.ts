import { setTimeout as sleep } from 'node:timers/promises'
import type { Tool } from '../runtime/resolve.ts'
import type { Service } from './child.ts'
import { writeNginxFiles } from './nginx-files.ts'
import { workerUser } from './privileges.ts'
import { edgeAnswers, type Instance } from './services.ts'

const POLL_MS = 5000
const MISSES = 3

/** Renders and writes the edge's configuration. */
export async function prepareNginx(instance: Instance, nginx: Tool): Promise<void> {
  const { renderNginx } = await import('../nginx/render.ts')
  const user = await workerUser(instance.paths)
  writeNginxFiles(renderNginx({ ...instance, modules: nginx.modules, user }), instance.paths)
}

/**
 * Kills an nginx that no longer answers: a worker that died holding a shared dictionary's lock leaves the others spinning, and only a new start
 * helps. Returns what ends the watch.
 */
export function watchNginx(nginx: Service, { config, report }: Instance): () => void {
  const over = new AbortController()
  const watch = async () => {
    for (let misses = 0; !over.signal.aborted; await sleep(POLL_MS, undefined, { ref: false })) {
      const isFine = nginx.pid() === null || (await edgeAnswers(config))
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
