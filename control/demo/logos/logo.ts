import { type Colour, pngOf } from './png.ts'

/** Five columns by seven rows for each character that the demo's logos have. */
const SHAPES: Readonly<Record<string, readonly string[]>> = {
  F: ['#####', '#....', '#....', '####.', '#....', '#....', '#....'],
  S: ['.####', '#....', '#....', '.###.', '....#', '....#', '####.'],
  1: ['..#..', '.##..', '..#..', '..#..', '..#..', '..#..', '.###.'],
  2: ['.###.', '#...#', '....#', '...#.', '..#..', '.#...', '#####'],
  3: ['####.', '....#', '....#', '.###.', '....#', '....#', '####.'],
  4: ['#...#', '#...#', '#...#', '#####', '....#', '....#', '....#'],
}

const GROUNDS: Readonly<Record<string, Colour>> = {
  Federal: [43, 74, 111],
  Sport: [33, 110, 74],
  Film: [122, 44, 68],
}
const INK: Colour = [255, 255, 255]

const SIDE = 96
/** Side of a point of a character. */
const DOT = 6

/** Whether there is ink at a point, of a text of two characters in the middle. */
const isInk = (text: string, x: number, y: number): boolean => {
  const column = Math.floor((x - (SIDE - 11 * DOT) / 2) / DOT)
  const row = Math.floor((y - (SIDE - 7 * DOT) / 2) / DOT)
  const letter = text[column < 6 ? 0 : 1] ?? ''
  return SHAPES[letter]?.[row]?.[column < 6 ? column : column - 6] === '#'
}

/** A logo as PNG: two characters on the colour of a group of channels. */
export function logoPng(text: string, title: string): Buffer {
  const ground = GROUNDS[title] ?? [68, 68, 68]
  return pngOf(SIDE, (x, y) => (isInk(text, x, y) ? INK : ground))
}
