import { logError } from '../platform/log.ts'
import { nowSec } from '../state/memory.ts'
import { probeDisk } from '../state/sync/disk-probe.ts'
import { runSync } from '../state/sync/sync.ts'
import { probeZones } from '../state/sync/zone-probe.ts'

/** js_periodic: runs the sync once a second, in one worker. */
export const sync = async (session: NginxPeriodicSession): Promise<void> => {
  const { variables } = session
  try {
    probeZones(nowSec())
    probeDisk(variables['gh_lists_folder'] ?? '')
    await runSync({
      edge: variables['gh_edge_id'] ?? '',
      inner: variables['gh_inner_socket'] ?? '',
      trafficLog: variables['gh_traffic_log'] ?? '',
      troublesFile: variables['gh_troubles_file'] ?? '',
      release: variables['gh_release'] ?? '',
      files: variables['gh_files'] ?? '',
      push: variables['gh_push_address'] ?? '',
    })
  } catch (problem) {
    logError('sync', problem)
  }
}
