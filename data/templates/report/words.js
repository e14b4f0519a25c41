// What the page holds, and how it speaks. Texts enter the page as text, never as markup.
const read = (id) => JSON.parse(document.getElementById(id).textContent);
const meta = read('meta'), styles = read('styles'), words = read('words'), ground = read('ground');

const root = document.documentElement;
const zh = () => root.lang.startsWith('zh');
const t = (chinese, english) => (zh() ? chinese : english);
// {zh, en} or a plain text.
const say = (text) => (text === null || text === undefined ? '' : typeof text === 'object' ? (zh() ? text.zh : text.en) ?? text.zh ?? '' : String(text));
const word = (kind, code) => (words[kind][code] ? say(words[kind][code]) : code ?? '');

const format = (digits) => new Intl.NumberFormat('en-US', { minimumFractionDigits: digits, maximumFractionDigits: digits });
const whole = format(0), tenth = format(1), fine = format(3);
const number = (value) => (value === null || value === undefined ? '—' : Number.isInteger(value) ? whole.format(value) : Math.abs(value - Math.round(value * 10) / 10) < 1e-9 ? tenth.format(value) : fine.format(value));
const metres = (value) => (value === null || value === undefined ? '—' : `${tenth.format(value)} m`);

const SVG = 'http://www.w3.org/2000/svg';
function fill(node, given, parts) {
  for (const [name, value] of Object.entries(given ?? {})) {
    if (value === null || value === undefined || value === false) continue;
    if (name.startsWith('on')) node.addEventListener(name.slice(2), value);
    else node.setAttribute(name, value === true ? '' : value);
  }
  node.append(...parts.flat(3).filter((part) => part !== null && part !== undefined && part !== false && part !== ''));
  return node;
}
const find = (id) => document.getElementById(id);
const h = (tag, given, ...parts) => fill(document.createElement(tag), given, parts);
const s = (tag, given, ...parts) => fill(document.createElementNS(SVG, tag), given, parts);

const look = (outcome) => styles.outcomes[outcome] ?? styles.other_outcome;
const outcomeChip = (outcome) => h('span', { class: 'chip', style: `background:${look(outcome).tint};color:${look(outcome).ink}` }, look(outcome).mark, h('span', {}, word('outcomes', outcome)));
const icon = (condition) => s('svg', { class: 'icon', viewBox: '0 0 16 16', role: 'img', 'aria-label': word('conditions', condition) }, s('title', {}, word('conditions', condition)), s('path', { d: styles.conditions[condition]?.icon ?? 'M8 2v12M2 8h12' }));

// Differences to coordinates, [latitude, longitude] as Leaflet wants them.
function unpack(steps, scale) {
  const out = [];
  let x = 0, y = 0;
  for (let i = 0; i < steps.length; i += 2) { x += steps[i]; y += steps[i + 1]; out.push([y / scale, x / scale]); }
  return out;
}
