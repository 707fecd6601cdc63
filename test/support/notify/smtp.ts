import { readFileSync } from 'node:fs'
import type { AddressInfo } from 'node:net'
import { SMTPServer, type SMTPServerOptions } from 'smtp-server'

/** An e-mail as the server took it. */
export interface TakenMail {
  readonly from: string
  readonly to: readonly string[]
  /** The whole message, headers first. */
  readonly raw: string
  readonly isEncrypted: boolean
  readonly user: string | null
}

/** How an SMTP server of the test's own behaves. */
export interface SmtpOptions {
  /** `tls` speaks it from the first byte, `starttls` offers it, `none` knows no TLS. */
  readonly tls: 'starttls' | 'tls' | 'none'
  /** PEM files. */
  readonly certificate?: { readonly certificate: string; readonly key: string }
  /** Asked for before anything is taken. */
  readonly login?: { readonly user: string; readonly pass: string }
}

/** A real SMTP server that keeps what it takes. */
export interface SmtpSink {
  readonly port: number
  readonly mails: readonly TakenMail[]
  /** Refuses a recipient with a reply, from now on; `null` takes it again. */
  refuse(address: string, reply: { code: number; text: string } | null): void
  stop(): Promise<void>
}

const failure = (code: number, text: string): Error =>
  Object.assign(new Error(text), { responseCode: code })

/** Starts the server on a free loopback port. */
export async function startSmtp({ tls, certificate, login }: SmtpOptions): Promise<SmtpSink> {
  const mails: TakenMail[] = []
  const refused = new Map<string, { code: number; text: string }>()
  const options: SMTPServerOptions = {
    secure: tls === 'tls',
    hideSTARTTLS: tls === 'none',
    disabledCommands: [...(tls === 'none' ? ['STARTTLS'] : []), ...(login ? [] : ['AUTH'])],
    authOptional: login === undefined,
    allowInsecureAuth: true,
    logger: false,
    ...(certificate
      ? { cert: readFileSync(certificate.certificate), key: readFileSync(certificate.key) }
      : {}),
    onAuth: ({ username, password }, _session, done) => {
      if (username === login?.user && password === login?.pass) done(null, { user: username })
      else done(failure(535, '5.7.8 Authentication credentials invalid'))
    },
    onRcptTo: ({ address }, _session, done) => {
      const reply = refused.get(address)
      done(reply ? failure(reply.code, reply.text) : null)
    },
    onData: (stream, session, done) => {
      const pieces: Buffer[] = []
      stream.on('data', (piece: Buffer) => void pieces.push(piece))
      stream.on('end', () => {
        const { mailFrom, rcptTo } = session.envelope
        mails.push({
          from: mailFrom === false ? '' : mailFrom.address,
          to: rcptTo.map(({ address }) => address),
          raw: Buffer.concat(pieces).toString(),
          isEncrypted: session.secure,
          user: typeof session.user === 'string' ? session.user : null,
        })
        done()
      })
    },
  }
  const server = new SMTPServer(options)
  server.on('error', () => null)
  await new Promise<void>((resolve) => void server.listen(0, '127.0.0.1', () => resolve()))
  const { port } = server.server.address() as AddressInfo
  return {
    port,
    mails,
    refuse: (address, reply) => {
      if (reply === null) refused.delete(address)
      else refused.set(address, reply)
    },
    stop: () => new Promise<void>((resolve) => server.close(() => resolve())),
  }
}
