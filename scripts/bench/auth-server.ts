import { createServer } from 'node:http'

/** The other way to do it: a Node server asked for every single request. */
const sessions = new Map([['pass', Date.now()]])
const server = createServer((request, response) => {
  const key = request.headers['x-key']
  const known = typeof key === 'string' && sessions.has(key)
  if (known) sessions.set(key, Date.now())
  response.writeHead(known ? 204 : 403).end()
})
server.keepAliveTimeout = 60_000
server.listen(process.argv[2], () => process.stdout.write('ready\n'))
