import type { Wording } from './wording.ts'

/** English words of the pages of destinations and of the audit log. */
export const enNotices = {
  'destinations.add': 'Add a destination',
  'destinations.add.text':
    'Secrets are kept encrypted and never shown again. Quiet hours, digests and templates: gatehouse.yaml, the command line or the API.',
  'destinations.name': 'Short name',
  'destinations.topic': 'Topic',
  'destinations.chat': 'Chat',
  'destinations.secret': 'Key of the signature',
  'destinations.host': 'SMTP server',
  'destinations.port': 'Port',
  'destinations.from': 'Sender',
  'destinations.to': 'Recipients, with commas',
  'destinations.least': 'From severity',
  'destinations.events': 'Events, with commas',
  'destinations.enabled': 'Is sent to',
  'destinations.optional': '(may be empty)',
  'destinations.gone': 'Nothing is sent there any more.',
  'audit.filter': 'Filter: by, action, subject',
  'audit.changes': 'Before and after',
  'audit.before': 'Before',
  'audit.after': 'After',
  'audit.title': 'Audit',
} as const satisfies Readonly<Record<string, Wording>>
