import type { Wording } from './wording.ts'

/** English words of the pages of what plays now and of findings. */
export const enLive = {
  'findings.keys': 'J and K go down and up, X marks, C confirms, D dismisses.',
  'findings.mark': 'Mark: {what}',
  'findings.bulk': 'What is marked',
  'findings.marked': { one: '{n} marked', other: '{n} marked' },
  'findings.rule': 'Rule',
  'findings.deed.none': 'nothing was done',
  'findings.deed.past': 'found in history, where nothing is done any more',
  'findings.clock': 'When the plays ran',
  'now.cap': '{n} of {most}',
  'now.rate': '{rate} Mbit/s',
  'now.message.title': 'Message to {who}',
  'now.message.text': 'What is shown on the screen',
  'now.message.go': 'Send',
  'action.message': 'Message',
  'col.cap': 'Streams, cap',
  'col.quality': 'Rate',
} as const satisfies Readonly<Record<string, Wording>>
