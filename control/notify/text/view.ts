import {
  eventOf,
  type Notice,
  type Stream,
  severityOf,
  subjectOf,
  timeOf,
} from '../model/notice.ts'
import {
  ACTION_NAMES,
  ALARM_SENTENCES,
  ALARM_TITLES,
  filled,
  KINDS,
  NOUNS,
  OUTCOME_NAMES,
  SEVERITY_NAMES,
  STATE_NAMES,
  WORDS,
} from './catalogue.ts'
import { counted, type Language, localTime } from './languages.ts'
import { type Markup, onOneLine, WRITING } from './markup.ts'
import { sentenceOf } from './sentences.ts'

/** How a destination wants to be spoken to. */
export interface Speech {
  readonly language: Language
  readonly timeZone: string
  readonly markup: Markup
}

/** What a template may name; every text is on one line. */
export type View = Readonly<Record<string, unknown>>

const UNKNOWN = '–'
/** Characters of a sentence; detectors' own are far shorter. */
const MOST_SENTENCE = 2000

const shown = (text: string | null): string => {
  const line = onOneLine(text ?? '').trim()
  return line === '' ? UNKNOWN : line
}

const clipped = (text: string, most: number): string =>
  text.length <= most ? text : `${text.slice(0, most - 1).trimEnd()}…`

const streamView = (stream: Stream, { language, timeZone }: Speech) => {
  const { who, what, where, device, address, source, startedAt, endedAt, state } = stream
  const name = STATE_NAMES[state][language]
  const [word, at] =
    endedAt === null ? [WORDS.since[language], startedAt] : [WORDS.until[language], endedAt]
  const parts = {
    who: shown(who),
    what: shown(what),
    where: shown(where),
    device: shown(device),
    address: shown(address),
    source: shown(source),
    state: name,
    started: localTime(language, startedAt, timeZone),
  }
  const { source: _source, started: _started, ...said } = parts
  const when = `${word} ${localTime(language, at, timeZone)}`
  return { ...parts, line: `${Object.values(said).join(' · ')} ${when}` }
}

const titleOf = (notice: Notice, language: Language): string => {
  if (notice.about === 'alarm') return `${ALARM_TITLES[notice.event][language]}: ${notice.subject}`
  const { finding, accountName } = notice
  return `${KINDS[finding.kind][language]}: ${accountName ?? finding.account}`
}

const findingView = (notice: Notice, { language, markup }: Speech): View => {
  if (notice.about !== 'finding') return {}
  const { finding, rule, step, outcome, id } = notice
  const came = outcome ?? 'pending'
  const ids = [
    finding.account,
    finding.kind,
    finding.severity,
    rule,
    `${step.do}:${came}`,
    id,
  ].join(' ')
  return {
    account: onOneLine(finding.account),
    kind: finding.kind,
    rule,
    confidence: finding.confidence,
    action: step.do,
    action_name: ACTION_NAMES[step.do][language],
    outcome: came,
    outcome_name: OUTCOME_NAMES[came][language],
    ids: WRITING[markup].code(onOneLine(ids)),
    confidence_word: WORDS.confidence[language],
    severity_word: WORDS.severity[language],
    action_word: WORDS.action[language],
  }
}

/** A notice as its template sees it. */
export const viewOf = (notice: Notice, speech: Speech): View => {
  const { language, timeZone, markup } = speech
  const isFinding = notice.about === 'finding'
  const streams = isFinding ? notice.streams.map((stream) => streamView(stream, speech)) : []
  const subject = onOneLine(subjectOf(notice))
  const sentence = isFinding
    ? sentenceOf(language, notice.finding)
    : filled(ALARM_SENTENCES[notice.event][language], { subject })
  return {
    id: notice.id,
    event: eventOf(notice),
    title: onOneLine(titleOf(notice, language)),
    sentence: clipped(onOneLine(sentence), MOST_SENTENCE),
    subject,
    name: onOneLine((isFinding ? notice.accountName : null) ?? subject),
    severity: severityOf(notice),
    severity_name: SEVERITY_NAMES[severityOf(notice)][language],
    time: localTime(language, timeOf(notice), timeZone),
    detail: isFinding || notice.detail === null ? '' : onOneLine(notice.detail),
    is_finding: isFinding,
    has_streams: streams.length > 0,
    streams,
    streams_counted: counted(language, streams.length, NOUNS.stream[language]),
    ...findingView(notice, speech),
    bold: () => (text: string, render: (text: string) => string) =>
      WRITING[markup].bold(render(text)),
  }
}
