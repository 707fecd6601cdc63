/** Bytes of a percent-encoded text; a `%` that begins no encoding stands for itself, as curl has it. */
const bytesOf = (text: string): Buffer =>
  Buffer.concat(
    text
      .split(/(%[\dA-F]{2})/i)
      .map((part, at) => (at % 2 === 1 ? Buffer.from(part.slice(1), 'hex') : Buffer.from(part))),
  )

/** The header for the login in an address; none where it has none (RFC 7617). */
export const basicAuth = ({
  username,
  password,
}: Pick<URL, 'username' | 'password'>): Readonly<Record<string, string>> => {
  if (username === '' && password === '') return {}
  const pair = Buffer.concat([bytesOf(username), Buffer.from(':'), bytesOf(password)])
  return { authorization: `Basic ${pair.toString('base64')}` }
}
