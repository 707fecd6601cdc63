import { createHash } from 'node:crypto'

/** Ids are cut to this before a distinguishing end is added. */
const slugLength = 48

/** Transliteration by letter. */
const cyrillic = new Map(
  (
    'аa бb вv гg ґg дd еe ёe єye жzh зz иi іi їyi йy кk лl мm нn оo пp рr сs тt уu ўu фf хkh цts ' +
    'чch шsh щshch ъ ыy ь эe юyu яya јj љlj њnj ћc ђdj џdz'
  )
    .split(' ')
    .map((pair) => [pair.charAt(0), pair.slice(1)]),
)

const transliterate = (text: string): string =>
  text.replace(/[\u0430-\u0491]/g, (letter) => cyrillic.get(letter) ?? letter)

/** Lower-case ASCII words with hyphens (`Первый HD` is `pervyy-hd`); empty where no letter can be kept. */
export const slugOf = (name: string): string =>
  transliterate(name.toLowerCase().normalize('NFC'))
    .normalize('NFKD')
    .replace(/\p{M}/gu, '')
    .replace(/\+/g, ' plus ')
    .replace(/[^a-z0-9]+/g, '-')
    .replace(/^-+|-+$/g, '')
    .slice(0, slugLength)
    .replace(/-+$/, '')

/** Hash of a text: eight hex digits. */
export const shortHash = (text: string): string =>
  createHash('sha256').update(text).digest('hex').slice(0, 8)
