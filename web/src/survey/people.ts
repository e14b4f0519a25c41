/** How a participant is told apart: a colour that colour-blind people can tell apart too, and initials. */

/** Okabe and Ito's colours without yellow, their vermilion darker, all dark enough for white letters or light enough for black ones. */
const COLOURS = ['#0072b2', '#b85000', '#007d5a', '#a8477f', '#56b4e9', '#e69f00', '#4b4b4b', '#5b4a9c'] as const
const DARK_LETTERS = new Set<string>(['#56b4e9', '#e69f00'])

/** The colour of the participant who came in as number `place` of the room. */
export const colourOf = (place: number): string => COLOURS[((place % COLOURS.length) + COLOURS.length) % COLOURS.length]!
export const letterColour = (colour: string): string => (DARK_LETTERS.has(colour) ? '#101214' : '#ffffff')

const OFFICE = /(?:有限)?(?:责任)?(?:集团)?(?:公司|管理局|局|委员会|中心)$/

/** Two letters of a Latin name, the last two characters of a Chinese one; of an office or a company, those that tell it apart. */
export function initials(name: string): string {
  const words = name.trim().split(/[\s.·_-]+/).filter(Boolean)
  const last = words.at(-1) ?? '?'
  if (/[\u3400-\u9fff]/.test(last)) return (last.replace(OFFICE, '') || last).slice(-2)
  return (words.length > 1 ? words[0]![0]! + last[0]! : last.slice(0, 2)).toUpperCase()
}
