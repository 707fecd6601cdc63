/** How a service wants its text. */
export type Markup = 'plain' | 'markdown' | 'html'

/** How one markup says things. */
interface Writing {
  /** A value so that it is shown as it is. */
  readonly escape: (text: string) => string
  readonly bold: (escaped: string) => string
  /** A value in a fixed-width font; not escaped before. */
  readonly code: (text: string) => string
}

const HTML: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
}

const escapeHtml = (text: string): string => text.replace(/[&<>"]/g, (sign) => HTML[sign] ?? sign)

/** The three ways to write. Markdown is CommonMark as far as Discord understands it. */
export const WRITING: Readonly<Record<Markup, Writing>> = {
  plain: { escape: (text) => text, bold: (text) => text, code: (text) => text },
  markdown: {
    escape: (text) => text.replace(/[\\`*_~|<>#[\]()]/g, '\\$&'),
    bold: (text) => `**${text}**`,
    code: (text) => `\`${text.replaceAll('`', "'")}\``,
  },
  html: {
    escape: escapeHtml,
    bold: (text) => `<b>${text}</b>`,
    code: (text) => `<code>${escapeHtml(text)}</code>`,
  },
}

/** A value on one line, without what only a terminal understands. */
export const onOneLine = (text: string): string =>
  // oxlint-disable-next-line no-control-regex -- they are what is taken out
  text.replace(/\s+/g, ' ').replace(/[\u0000-\u001f\u007f-\u009f\u202a-\u202e\u2066-\u2069]/g, '')
