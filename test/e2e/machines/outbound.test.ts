import { expect, test } from 'vitest'
import { useCleanup } from '../../support/cleanup.ts'
import {
  refusedWhere,
  runBeside,
  WITHOUT_NETWORK,
  whyNoNamespace,
} from '../../support/outbound/no-network.ts'
import { until } from '../../support/programs/port.ts'
import { startService } from '../../support/programs/service.ts'

const onCleanup = useCleanup()

test('the whole demo, nginx and Redis too, plays without a network and sends nothing anywhere', async ({
  skip,
}) => {
  const why = whyNoNamespace()
  if (why !== null) skip(`a network of its own cannot be made here: ${why}`)
  const service = await startService({ hasHistory: true, within: WITHOUT_NETWORK })
  onCleanup(() => service.stop())
  const ask = async (url: string, token?: string): Promise<string> => {
    const init = JSON.stringify({ headers: token === undefined ? {} : { Authorization: token } })
    const script = `const answer = await fetch(${JSON.stringify(url)}, ${init})
      process.stdout.write(await answer.text())`
    return await runBeside(service.pid, script)
  }
  expect(await ask(`${service.edge}/playlist.m3u`)).toMatch(/^#EXTM3U/)
  const sources = async () => {
    const answer = await ask(`${service.admin}/api/v1/sessions`, `Bearer ${service.adminToken}`)
    const { items } = JSON.parse(answer) as { items: { readonly source: string }[] }
    return new Set(items.map(({ source }) => source.split(':')[0]))
  }
  await until('edges and a media server have plays', async () => (await sources()).size === 2)
  expect(refusedWhere(service.pid)).toEqual({ unrouted: 0, unheard: 0 })

  // What would have been seen: a packet to an address of nobody (RFC 5737), a question to a name server of this machine.
  await runBeside(
    service.pid,
    `import { createSocket } from 'node:dgram'
    await fetch('http://192.0.2.1/').catch(() => null)
    const socket = createSocket('udp4')
    await new Promise((sent) => socket.send('?', 53, '127.0.0.1', sent))
    socket.close()`,
  )
  const { unrouted, unheard } = refusedWhere(service.pid)
  expect([unrouted > 0, unheard > 0]).toEqual([true, true])
})
