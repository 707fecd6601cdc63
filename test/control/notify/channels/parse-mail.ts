interface Entity {
  readonly headers: Readonly<Record<string, string>>
  readonly body: string
}

const entityOf = (raw: string): Entity => {
  const end = raw.indexOf('\r\n\r\n')
  const lines = raw
    .slice(0, end)
    .replace(/\r\n[ \t]+/g, ' ')
    .split('\r\n')
  const pairs = lines.map((line): [string, string] => {
    const colon = line.indexOf(':')
    return [line.slice(0, colon).toLowerCase(), line.slice(colon + 1).trim()]
  })
  return { headers: Object.fromEntries(pairs), body: raw.slice(end + 4) }
}

const bytesOfQuoted = (text: string): Buffer => {
  const joined = text.replace(/=\r\n/g, '')
  const plain = joined.replace(/=([0-9A-F]{2})/g, (_, hex: string) =>
    String.fromCharCode(Number.parseInt(hex, 16)),
  )
  return Buffer.from(plain, 'latin1')
}

const decoded = ({ headers, body }: Entity): string => {
  const encoding = headers['content-transfer-encoding'] ?? '7bit'
  if (encoding === 'base64') return Buffer.from(body, 'base64').toString()
  if (encoding === 'quoted-printable') return bytesOfQuoted(body).toString()
  return body
}

/** Encoded words of RFC 2047; blanks between two of them are dropped. */
const word = (text: string): string =>
  text
    .replace(/\?=\s+=\?/g, '?==?')
    .replace(/=\?utf-8\?([bq])\?([^?]*)\?=/gi, (_, kind: string, body: string) =>
      kind.toLowerCase() === 'b'
        ? Buffer.from(body, 'base64').toString()
        : bytesOfQuoted(body.replaceAll('_', ' ')).toString(),
    )

/** An e-mail of two alternatives, read as a mail program does. */
export const simpleParser = (raw: string) => {
  const mail = entityOf(raw)
  const boundary = /boundary="([^"]+)"/.exec(mail.headers['content-type'] ?? '')?.[1] ?? ''
  const parts = mail.body
    .split(`--${boundary}`)
    .slice(1, -1)
    .map((part) => entityOf(part.replace(/^\r\n/, '')))
  const bodyOf = (type: string): string => {
    const part = parts.find(({ headers }) => headers['content-type']?.startsWith(type))
    return part === undefined ? '' : decoded(part).replaceAll('\r\n', '\n')
  }
  return {
    headers: mail.headers,
    subject: word(mail.headers['subject'] ?? ''),
    text: bodyOf('text/plain'),
    html: bodyOf('text/html'),
  }
}
