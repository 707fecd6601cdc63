import { createServer } from 'node:net'
import { expect, test } from 'vitest'
import {
  localUrl,
  parseEndpoint,
  requireFree,
} from '../../../../control/supervise/processes/addresses.ts'

test.each([
  ['127.0.0.1:8080', '127.0.0.1', 8080, 'http://127.0.0.1:8080'],
  ['0.0.0.0:80', '0.0.0.0', 80, 'http://127.0.0.1:80'],
  ['*:81', '0.0.0.0', 81, 'http://127.0.0.1:81'],
  ['[::]:8080', '::', 8080, 'http://[::1]:8080'],
  ['[2001:db8::1]:8080', '2001:db8::1', 8080, 'http://[2001:db8::1]:8080'],
  ['tv.example:8080', 'tv.example', 8080, 'http://tv.example:8080'],
])('%s', (text, host, port, url) => {
  expect(parseEndpoint(text)).toEqual({ host, port })
  expect(localUrl(parseEndpoint(text))).toBe(url)
})

test('a port in use is told with its setting', async () => {
  const server = createServer()
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const address = server.address()
  const port = typeof address === 'object' ? address?.port : 0
  await expect(requireFree('edge.listen', `127.0.0.1:${port}`)).rejects.toThrow(
    `Port ${port} (edge.listen: 127.0.0.1:${port}) is in use; stop the program that uses it, or set edge.listen (GATEHOUSE_EDGE_LISTEN) to another address.`,
  )
  await new Promise((resolve) => server.close(resolve))
  await requireFree('edge.listen', `127.0.0.1:${port}`)
})

test('an address that is not this machine’s', async () => {
  await expect(requireFree('admin.listen', '192.0.2.1:8090')).rejects.toThrow(
    /cannot listen on 192.0.2.1:8090/,
  )
})
