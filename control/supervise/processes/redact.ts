/** Patterns of secrets in addresses and headers; the text of the second group is masked. */
const SECRETS: readonly RegExp[] = [
  // /live/<ticket>/…, /live/<user>/<password>/…, /movie/…, /series/…, /timeshift/…, /s/<pass>/…
  /(\/(?:live|movie|series|timeshift)\/)([^/\s"'?]+\/[^/\s"'?]+)(?=\/[^/\s"'?]+\.\w+)/g,
  // /<user>/<password>/<number>: any path of three parts that is none of the others.
  /(\s"?\/)((?!(?:live|movie|series|timeshift|s|i|_gatehouse)\/)[^/\s"'?]+\/[^/\s"'?]+)(?=\/[^/\s"'?]+[\s"?])/g,
  // /timeshift/<user>/<password>/…
  /(\/timeshift\/)([^/\s"'?]+\/[^/\s"'?]+)(?=\/)/g,
  /(\/(?:live|movie|series|timeshift|s|i)\/)([^/\s"'?]{6,})/g,
  /([?&](?:token|ticket|pass|password|username|key|access_token|api_key)=)([^&\s"']+)/gi,
  /((?:authorization|x-[a-z-]*token|x-api-key|cookie): *(?:bearer +|basic +)?)([^\s,"']+)/gi,
  /(\/\/)([^/\s:@"']+:[^/\s@"']+)(?=@)/g,
]

/** Masks tickets, passes, tokens and passwords in a log line. */
export function redact(line: string): string {
  return SECRETS.reduce((text, secret) => text.replace(secret, '$1***'), line)
}
