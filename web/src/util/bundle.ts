/** Which of the dropped files go to the server together: one file, or the parts of one shapefile. */

const PARTS = /\.(shp|dbf|shx|prj|cpg|sbn|sbx|qix|qpj)$/i

/** The files to hand in; null when parts of a shapefile lack the .shp, .dbf or .shx. */
export function bundle(files: File[]): File[] | null {
  const parts = files.filter((f) => PARTS.test(f.name))
  if (!parts.length) return files.length ? [files[0]!] : null
  const shp = parts.find((f) => /\.shp$/i.test(f.name))
  if (!shp) return null
  const stem = shp.name.slice(0, -3).toLowerCase()
  const mine = parts.filter((f) => f.name.toLowerCase().startsWith(stem))
  const has = (end: string): boolean => mine.some((f) => f.name.toLowerCase() === stem + end)
  return has('dbf') && has('shx') ? mine : null
}
