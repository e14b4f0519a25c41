/** Colours of what lies around a site, on its card and on the map. */
export const THEME_COLOURS: Record<string, string> = {
  planning: '#c0392b', heritage: '#8a5a34', trees: '#3f6631', highways: '#a9791c', green: '#5e8c4a', events: '#4a4a4a', routes: '#d55e00',
}
