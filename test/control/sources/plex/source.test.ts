import { startPlex } from '../../../../control/demo/media-servers/plex.ts'
import { PLEX } from '../../../../control/sources/plex/source.ts'
import { describePlaySource } from '../../../contract/play-source-contract.ts'
import { asSourceServer, TOKEN } from '../../../support/media-servers/media-servers.ts'

describePlaySource('plex', async () => asSourceServer(PLEX, await startPlex({ token: TOKEN })))
