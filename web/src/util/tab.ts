/** Tab goes round within a dialog: what lies behind it is out of reach. */
const REACH = 'a[href], button:not(:disabled), input:not(:disabled), select:not(:disabled), textarea:not(:disabled), [tabindex="0"]'

export function holdTab(event: KeyboardEvent): void {
  const all = [...(event.currentTarget as HTMLElement).querySelectorAll<HTMLElement>(REACH)].filter((one) => one.offsetParent !== null)
  const [first, last] = [all[0], all.at(-1)]
  if (!first || !last || document.activeElement !== (event.shiftKey ? first : last)) return
  event.preventDefault()
  ;(event.shiftKey ? last : first).focus()
}
