import { type SlateWord, slateOfReason } from '#domain/channels/slates'
import { REASON_ROUTES } from '#domain/doors/given-again'
import type { ReasonId } from '#domain/reasons'
import { statusFor, waitFor } from '#domain/statuses'
import type { Language } from '#domain/types'
import { slateList, wholeRangeOf } from './slates.ts'

const plain = (reason: ReasonId, confDir: string): string[] => [
  `    include "${confDir}/gatehouse-answer-again.conf";`,
  `    add_header X-Gatehouse-Reason ${reason} always;`,
  ...(waitFor(reason) === '' ? [] : [`    add_header Retry-After ${waitFor(reason)} always;`]),
  `    return ${statusFor(reason)} "${reason}\\n";`,
]

const clip = (
  { reason, word, language }: { reason: ReasonId; word: SlateWord; language: Language },
  confDir: string,
  basePath: string,
): string[] => {
  const list = slateList(basePath, `${language}/${word}`)
  const headers = (indent: string) => [
    `${indent}include "${confDir}/gatehouse-slate-again.conf";`,
    `${indent}add_header X-Gatehouse-Reason ${reason};`,
  ]
  return [
    '    access_log off;',
    '    types {',
    '    }',
    '    default_type application/vnd.apple.mpegurl;',
    ...headers('    '),
    // nginx inherits no header into a block that adds one.
    '    if ($http_range = "bytes=0-") {',
    ...headers('        '),
    `        add_header Content-Range "${wholeRangeOf(list)}";`,
    `        return 206 "${list}";`,
    '    }',
    `    return 200 "${list}";`,
  ]
}

/** One location for each refusal that is given again: what it says is constant. */
export const renderAgainLocations = (confDir: string, basePath: string): string =>
  REASON_ROUTES.map(({ route, reason, language }) => {
    const word = slateOfReason(reason)
    const inside =
      language === null || word === null
        ? plain(reason, confDir)
        : clip({ reason, word, language }, confDir, basePath)
    return [`location = /_gatehouse/${route} {`, '    internal;', ...inside, '}'].join('\n')
  }).join('\n')
