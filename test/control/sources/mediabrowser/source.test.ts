import { startEmby } from '../../../../control/demo/media-servers/emby.ts'
import { startJellyfin } from '../../../../control/demo/media-servers/jellyfin.ts'
import { EMBY } from '../../../../control/sources/emby/source.ts'
import { JELLYFIN } from '../../../../control/sources/jellyfin/source.ts'
import { describePlaySource } from '../../../contract/play-source-contract.ts'
import { asSourceServer, TOKEN } from '../../../support/media-servers/media-servers.ts'

describePlaySource('jellyfin 12', async () =>
  asSourceServer(JELLYFIN, await startJellyfin({ token: TOKEN })),
)
describePlaySource('jellyfin 10.8', async () =>
  asSourceServer(JELLYFIN, await startJellyfin({ token: TOKEN, version: '10.8.13' })),
)
describePlaySource('emby', async () => asSourceServer(EMBY, await startEmby({ token: TOKEN })))
