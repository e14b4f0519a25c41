/** One line of two versions side by side. */
export interface BesideRow {
  key: string
  title: string
  a: string
  b: string
  changed: boolean
}
