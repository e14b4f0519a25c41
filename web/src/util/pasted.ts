/** Telling a pasted location from words to look for; what it means is for the server to say. */

const LINK = /:\/\/|^\s*geo:|(?:amap|qq|baidu|apple|google)\.\w+\//i
/** Two numbers or more, one of them with decimals, an angle sign or as long as metres, and no words but those of the compass. */
const NUMBERS = /^[\s\d.,，;；+\-−°′″'"’”:度分秒东西南北经纬EWNSdms]+$/

export function looksPasted(text: string): boolean {
  if (LINK.test(text)) return true
  const numbers = text.match(/\d+(?:\.\d+)?/g) ?? []
  return numbers.length > 1 && NUMBERS.test(text) && numbers.some((one) => one.includes('.') || one.length > 5 || /[°度]/.test(text))
}
