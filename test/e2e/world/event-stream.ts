/** Opens a stream of events, which has begun then; reads what it says until that is enough. */
export const openEvents = async (url: string, headers: Readonly<Record<string, string>>) => {
  const abort = new AbortController()
  const answer = await fetch(url, { headers, signal: abort.signal })
  return async (isEnough: (text: string) => boolean): Promise<string> => {
    let text = ''
    for await (const chunk of answer.body?.pipeThrough(new TextDecoderStream()) ?? []) {
      text += chunk
      if (isEnough(text)) break
    }
    abort.abort()
    return text
  }
}
