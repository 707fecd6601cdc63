/* Loaded into every Node process under test: writes down each name looked up and each connection or datagram tried, and refuses all that leaves this machine. */
const { appendFileSync } = require('node:fs')
const dgram = require('node:dgram')
const dns = require('node:dns')
const net = require('node:net')

const file = process.env.OUTBOUND_LOG
const note = (what, to) =>
  appendFileSync(file, `${JSON.stringify({ what, to, pid: process.pid })}\n`)
const isHere = (host) => /^(127\.|::1$|localhost$|::ffff:127\.)/.test(host)
const refusal = (code, to) =>
  Object.assign(new Error(`${code} ${to} (refused by the test)`), { code })

const lookup = dns.lookup
dns.lookup = (name, ...rest) => {
  const done = rest[rest.length - 1]
  if (net.isIP(name) !== 0 || isHere(name)) return lookup(name, ...rest)
  note('name', name)
  process.nextTick(done, refusal('ENOTFOUND', name))
  return {}
}
for (const api of [dns, dns.promises, dns.Resolver.prototype, dns.promises.Resolver.prototype])
  for (const method of Object.getOwnPropertyNames(api))
    if (/^(resolve|reverse)/.test(method) && typeof api[method] === 'function')
      api[method] = (name) => {
        note('name', name)
        throw refusal('ENOTFOUND', name)
      }
const promised = dns.promises.lookup
dns.promises.lookup = async (name, ...rest) => {
  if (net.isIP(name) !== 0 || isHere(name)) return await promised(name, ...rest)
  note('name', name)
  throw refusal('ENOTFOUND', name)
}

const connect = net.Socket.prototype.connect
net.Socket.prototype.connect = function (...args) {
  const [first] = Array.isArray(args[0]) ? args[0] : args
  const {
    path,
    host = 'localhost',
    port,
  } = typeof first === 'object'
    ? first
    : typeof first === 'number'
      ? { port: first, host: args[1] }
      : { path: first }
  if (path === undefined || path === null) {
    note('connection', `${host}:${port}`)
    if (net.isIP(host) !== 0 && !isHere(host)) {
      process.nextTick(() => this.destroy(refusal('EHOSTUNREACH', host)))
      return this
    }
  }
  return connect.apply(this, args)
}

const send = dgram.Socket.prototype.send
dgram.Socket.prototype.send = function (...args) {
  note('datagram', args.find((one) => typeof one === 'string') ?? '')
  return send.apply(this, args)
}
