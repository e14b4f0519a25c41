/** The drawing hand on the map: terra-draw tells clicks from drags; what they do to the table is said here, and the table is shown. */
import type { Map as MapLibre, GeoJSONSource } from 'maplibre-gl'
import type { Feature, Position } from 'geojson'
import { watch } from 'vue'
import { TerraDraw, TerraDrawExtend } from 'terra-draw'
import { TerraDrawMapLibreGLAdapter } from 'terra-draw-maplibre-gl-adapter'
import { t } from '../i18n'
import { look } from '../outcomes'
import { hover, liveOutcome, outcomes, placedOutcome } from '../state/drawing'
import { accept, begun, beside, mouseAt, pick, stretch, wouldBe } from '../state/offset'
import { ruling } from '../state/ruler'
import { held, snap, snapping, snapWords } from '../state/snapping'
import { place, tiers } from '../state/store'
import * as table from '../state/table'
import { LINE_DIGITS } from '../state/url'
import { forgetShapes, onArrival, shapesNear } from '../table/ground'
import { nearest } from '../table/lines'
import { choose, mercator, shape, type Shape, type Snap } from '../table/snap'
import { TABLE_SOURCES, tableLines, tablePoints } from './style-table'

interface Hand {
  x: number
  y: number
  lng: number
  lat: number
}

type Told = { containerX: number; containerY: number; lng: number; lat: number; button: string; isContextMenu: boolean }
const handOf = (told: Told): Hand => ({ x: told.containerX, y: told.containerY, lng: told.lng, lat: told.lat })

/** terra-draw's part: which movement of a pointer is a click and which a drag, by mouse, pen or finger. */
class HandMode extends TerraDrawExtend.TerraDrawBaseDrawMode<Record<string, never>> {
  override mode = 'hand'

  constructor(private readonly to: TableHand) {
    super({}, false)
  }

  override start(): void { this.setStarted() }
  override stop(): void { this.setStopped() }
  override cleanUp(): void { /* nothing of ours is in its store */ }
  override styleFeature(): ReturnType<typeof TerraDrawExtend.getDefaultStyling> { return TerraDrawExtend.getDefaultStyling() }
  override onMouseMove(told: Told): void { this.to.move(handOf(told)) }
  override onClick(told: Told): void { this.to.click(handOf(told), told.button === 'right' || told.isContextMenu) }
  override onDragStart(_: Told, draggable: (on: boolean) => void): void { if (this.to.grasp()) draggable(false) }
  override onDrag(told: Told): void { this.to.drag(handOf(told)) }
  override onDragEnd(_: Told, draggable: (on: boolean) => void): void { this.to.letGo(); draggable(true) }
}

const POINT_REACH = { mouse: 12, finger: 24 }
/** From here on a screen of a phone is a few tiles of shapes. */
const FORESEEN_ZOOM = 15.5
const EDGE_REACH = { mouse: 8, finger: 14 }
const empty = { type: 'FeatureCollection' as const, features: [] as Feature[] }

export class TableHand {
  private readonly draw: TerraDraw
  private readonly stops: (() => void)[] = []
  private readonly quit = new AbortController()
  private last: Hand | null = null
  private down: Hand | null = null
  private pointer: PointerEvent | null = null
  private grasped: { index: number; from: readonly Position[] } | null = null
  /** A finger is less sure than a mouse. */
  private finger = matchMedia('(pointer: coarse)').matches
  /** Told when shapes have come, or what one snaps to has changed: for a ruler whose hand rests. */
  arrived: () => void = () => undefined

  constructor(private readonly map: MapLibre) {
    this.draw = new TerraDraw({ adapter: new TerraDrawMapLibreGLAdapter({ map, coordinatePrecision: LINE_DIGITS }), modes: [new HandMode(this)] })
    this.draw.start()
    for (const source of TABLE_SOURCES) map.addSource(source, { type: 'geojson', data: empty })
    for (const layer of tableLines()) map.addLayer(layer, map.getLayer('stretches-glow') ? 'stretches-glow' : undefined)
    for (const layer of tablePoints()) map.addLayer(layer)
    this.listen()
    const { sheet, vertex, hand, phase } = table
    this.stops.push(
      watch([phase, table.tool, () => place.room], () => this.setMode(), { immediate: true }),
      watch([sheet, vertex, hand, liveOutcome, placedOutcome, outcomes, stretch, beside, tiers], () => this.render(), { immediate: true }),
      watch([snap, hand], () => this.renderSnap()),
      watch([snapping, held, table.tool], () => this.again()),
      watch(() => ({ ...place.switched }), () => this.again()),
    )
    onArrival(() => this.again())
  }

  private listen(): void {
    const { signal } = this.quit
    const ground = this.map.getCanvasContainer()
    // Alt, and where a drag began, are not told by terra-draw.
    ground.addEventListener('pointerdown', (event) => {
      this.finger = event.pointerType === 'touch'
      const box = ground.getBoundingClientRect()
      const [x, y] = [event.clientX - box.left, event.clientY - box.top]
      this.down = { x, y, ...this.map.unproject([x, y]) }
    }, { signal, capture: true })
    ground.addEventListener('pointermove', (event) => { held.value = event.altKey; this.pointer = event }, { signal, capture: true })
    ground.addEventListener('pointerleave', () => { this.pointer = null }, { signal })
    addEventListener('keydown', (event) => { if (event.key === 'Alt' && (this.active || ruling.value)) { held.value = true; event.preventDefault() } }, { signal })
    addEventListener('keyup', (event) => { if (event.key === 'Alt') held.value = false }, { signal })
    addEventListener('blur', () => { held.value = false }, { signal })
    this.map.on('mouseout', () => { this.last = null; snap.value = null; if (!this.finger) hover(null) })
  }

  /** Where a mouse rests on the map, for what was loaded after it had moved there. */
  get over(): Position | null {
    if (this.pointer === null || this.pointer.pointerType === 'touch') return null
    const box = this.map.getCanvasContainer().getBoundingClientRect()
    const { lng, lat } = this.map.unproject([this.pointer.clientX - box.left, this.pointer.clientY - box.top])
    return [lng, lat]
  }

  stop(): void {
    this.stops.forEach((stop) => stop())
    this.quit.abort()
    forgetShapes()
    this.draw.stop()
  }

  private get active(): boolean {
    return place.room === 'map' && (table.phase.value !== 'idle' || table.tool.value === 'offset')
  }

  private get picking(): boolean {
    return table.tool.value === 'offset'
  }

  private setMode(): void {
    const wanted = this.active ? 'hand' : 'static'
    if (this.draw.getMode() !== wanted) this.draw.setMode(wanted)
    if (this.active) this.map.doubleClickZoom.disable()
    else this.map.doubleClickZoom.enable()
    this.map.getCanvas().style.cursor = table.phase.value === 'drawing' || this.picking || table.tool.value === 'split' ? 'crosshair' : ''
    this.render()
  }

  // ── where the hand is ────────────────────────────────────────────────────────────────────────────────────────────

  /** Pixels of the screen in the plane of Web Mercator. */
  private get perPixel(): number {
    return 1 / (512 * 2 ** this.map.getZoom())
  }

  private *near(at: readonly [number, number], except: number | null): Generator<Shape> {
    const reach = POINT_REACH.finger * this.perPixel
    for (const one of shapesNear(at, reach, this.map.getZoom())) if (!this.picking || one.kind !== 'points') yield one
    if (this.picking) return // a stretch is picked on lines
    const now = table.sheet.value
    for (const [i, line] of now.lines.entries()) {
      for (const part of i === now.at ? this.ownParts(line.points, except) : [line.points]) if (part.length > 1) yield shape('own', `own/${line.id}`, part, false)
    }
  }

  /** Of the current line what may draw a point to itself: not the vertex that moves, nor the end that the pen is at. */
  private ownParts(points: readonly Position[], except: number | null): (readonly Position[])[] {
    const { pen } = table.sheet.value
    if (except !== null) return [points.slice(0, except), points.slice(except + 1)]
    return pen ? [pen.atStart ? points.slice(1) : points.slice(0, -1)] : [points]
  }

  /** Where a point would go: to what lies near, else where the hand is. `except`: the vertex that is being moved. */
  private aim(hand: Hand, except: number | null = null): Position {
    return this.drawnTo([hand.lng, hand.lat], (at) => this.near(at, except))
  }

  /** As a point of the table, one of the ruler: to the ground, the lines in hand, and what it has measured before. */
  ruled(free: Position, measured: readonly (readonly Position[])[]): Position {
    const own = measured.filter((part) => part.length > 1).map((part) => shape('ruler', 'ruler', part, false))
    const table_ = table.sheet.value.lines.filter((line) => line.points.length > 1).map((line) => shape('own', `own/${line.id}`, line.points, false))
    return this.drawnTo(free, (at) => [...shapesNear(at, POINT_REACH.finger * this.perPixel, this.map.getZoom()), ...table_, ...own])
  }

  /** Asks for the shapes of what is seen: a finger puts its point without having hovered there. */
  foresee(): void {
    if (this.finger && this.map.getZoom() >= FORESEEN_ZOOM) this.whole()
  }

  private drawnTo(free: Position, near: (at: readonly [number, number]) => Iterable<Shape>): Position {
    if ((!snapping.value || held.value) && !this.picking) {
      snap.value = null
      return free
    }
    const at = mercator(free)
    const kind = this.finger ? 'finger' : 'mouse'
    const [vertex, edge] = [POINT_REACH[kind] * this.perPixel, (this.picking ? POINT_REACH : EDGE_REACH)[kind] * this.perPixel]
    snap.value = choose(near(at), at, { vertex, edge })
    return snap.value ? [...snap.value.point] : free
  }

  /** Something came or changed under a hand that rests. */
  private again(): void {
    if (this.last && this.active && !this.grasped) this.move(this.last)
    else if (!this.last && !ruling.value) snap.value = null
    this.arrived()
  }

  move(hand: Hand): void {
    if (ruling.value) return
    this.last = hand
    if (this.picking) return this.movePicking(hand)
    if (table.phase.value === 'drawing') return hover(this.aim(hand))
    snap.value = null
    const over = this.handle(hand)
    this.map.getCanvas().style.cursor = table.tool.value === 'split' ? 'crosshair' : over ? (over.middle ? 'copy' : 'move') : this.lineUnder(hand) === null ? '' : 'pointer'
  }

  private movePicking(hand: Hand): void {
    if (stretch.value) {
      snap.value = null
      mouseAt([hand.lng, hand.lat])
    } else this.aim(hand)
    this.render()
  }

  private whole(): Shape[] {
    const { lng, lat } = this.map.getCenter()
    const bounds = this.map.getBounds()
    const [west] = mercator([bounds.getWest(), lat])
    const [east] = mercator([bounds.getEast(), lat])
    return [...shapesNear(mercator([lng, lat]), (east - west) / 2, this.map.getZoom())]
  }

  // ── clicks ───────────────────────────────────────────────────────────────────────────────────────────────────────

  click(hand: Hand, right: boolean): void {
    if (ruling.value) return
    this.last = hand
    if (this.picking) return this.clickPicking(hand)
    if (table.phase.value === 'drawing') return right ? undefined : this.putAt(hand)
    if (table.tool.value === 'split') return this.clickSplit(hand)
    const over = this.handle(hand)
    if (right) {
      if (over && !over.middle) table.remove(over.index)
      return
    }
    if (over?.middle) table.insertAt(over.index, over.point)
    else if (over) table.vertex.value = over.index
    else this.clickLine(hand)
  }

  private clickLine(hand: Hand): void {
    const index = this.lineUnder(hand)
    if (index !== null && index !== table.sheet.value.at) table.choose(index)
    else table.vertex.value = null
  }

  private clickPicking(hand: Hand): void {
    if (stretch.value) return accept()
    this.aim(hand)
    if (snap.value) pick(snap.value, this.whole())
  }

  private clickSplit(hand: Hand): void {
    const points = table.current.value?.points
    const at = points && nearest(points, [hand.lng, hand.lat])
    if (at && this.pixels(at.point, hand) <= POINT_REACH.finger) table.splitAt(at.point)
  }

  /** A click on the last point, or near it twice, ends the line. */
  private putAt(hand: Hand): void {
    const { pen } = table.sheet.value
    const points = table.current.value?.points ?? []
    const last = pen?.atStart ? points[0] : points.at(-1)
    if (last && points.length > 1 && this.pixels(last, hand) <= POINT_REACH[this.finger ? 'finger' : 'mouse'] / 2) table.finish()
    else table.put(this.aim(hand))
    hover(this.aim(hand))
  }

  /** Puts a point where the crosshair is, in the middle of what is seen of the map. */
  putAtCentre(x: number, y: number): void {
    this.putAt({ x, y, ...this.map.unproject([x, y]) })
  }

  /** The crosshair is the hand. */
  aimAtCentre(x: number, y: number): void {
    this.move({ x, y, ...this.map.unproject([x, y]) })
  }

  // ── vertices ─────────────────────────────────────────────────────────────────────────────────────────────────────

  private pixels(point: Position, hand: Hand): number {
    const at = this.map.project([point[0]!, point[1]!])
    return Math.hypot(at.x - hand.x, at.y - hand.y)
  }

  /** The vertex or middle of a stretch under the hand. */
  private handle(hand: Hand): { index: number; point: Position; middle: boolean } | null {
    const points = table.phase.value === 'done' ? (table.current.value?.points ?? []) : []
    const reach = POINT_REACH[this.finger ? 'finger' : 'mouse']
    const all = [
      ...points.map((point, index) => ({ point, index, middle: false })),
      ...this.middles(points).map((one) => ({ ...one, middle: true })),
    ].map((one) => ({ ...one, d: this.pixels(one.point, hand) + (one.middle ? 3 : 0) }))
    const best = all.reduce<(typeof all)[number] | null>((least, one) => (one.d <= reach && (!least || one.d < least.d) ? one : least), null)
    return best
  }

  /** Middles of the stretches that are long enough on the screen to have one. */
  private middles(points: readonly Position[]): { index: number; point: Position }[] {
    return points.slice(1).flatMap((b, i) => {
      const a = points[i]!
      const [pa, pb] = [this.map.project([a[0]!, a[1]!]), this.map.project([b[0]!, b[1]!])]
      return pa.dist(pb) < 36 ? [] : [{ index: i + 1, point: [(a[0]! + b[0]!) / 2, (a[1]! + b[1]!) / 2] }]
    })
  }

  private lineUnder(hand: Hand): number | null {
    let best: { index: number; d: number } | null = null
    for (const [index, line] of table.sheet.value.lines.entries()) {
      const at = nearest(line.points, [hand.lng, hand.lat])
      const d = at ? this.pixels(at.point, hand) : Infinity
      if (d <= POINT_REACH.mouse && (!best || d < best.d)) best = { index, d }
    }
    return best?.index ?? null
  }

  /** A drag begins: on a vertex or a middle it moves that, elsewhere the map. */
  grasp(): boolean {
    if (table.phase.value !== 'done' || this.picking || ruling.value || !this.down) return false
    const over = this.handle(this.down)
    if (!over) return false
    const from = table.current.value!.points
    if (over.middle) table.insertForDrag(over.index, over.point)
    else table.vertex.value = over.index
    this.grasped = { index: over.index, from }
    return true
  }

  drag(hand: Hand): void {
    if (!this.grasped) return
    this.last = hand
    table.drag(this.grasped.index, this.aim(hand, this.grasped.index))
  }

  letGo(): void {
    if (this.grasped) table.dragged(this.grasped.from)
    this.grasped = null
    snap.value = null
  }

  // ── what is seen ─────────────────────────────────────────────────────────────────────────────────────────────────

  private set(source: (typeof TABLE_SOURCES)[number], features: Feature[]): void {
    ;(this.map.getSource(source) as GeoJSONSource | undefined)?.setData({ type: 'FeatureCollection', features })
  }

  private render(): void {
    this.set('table-lines', this.lines())
    this.set('table-points', this.points())
  }

  private lines(): Feature[] {
    const now = table.sheet.value
    const colour = (outcome: string | null | undefined): string => look(outcome, tiers.value).colour
    const line = (role: string, points: readonly Position[], outcome: string | null | undefined): Feature =>
      ({ type: 'Feature', properties: { role, colour: colour(outcome) }, geometry: { type: 'LineString', coordinates: [...points] } })
    const features = now.lines.filter((one, i) => i !== now.at && one.points.length > 1).map((one) => line('other', one.points, outcomes.get(one.id)))
    const points = table.current.value?.points ?? []
    if (points.length > 1) features.push(line('line', points, placedOutcome.value))
    const from = now.pen?.atStart ? points[0] : points.at(-1)
    if (now.pen && from && table.hand.value && !this.picking) features.push(line('hand', [from, table.hand.value], liveOutcome.value))
    if (this.picking) {
      const along = stretch.value ?? (snap.value && wouldBe(snap.value, this.whole()))
      if (along) features.push(line('stretch', along, null))
      if (beside.value) features.push(line('beside', beside.value, null))
    }
    return features
  }

  private points(): Feature[] {
    const point = (role: string, at: Position, label?: string): Feature =>
      ({ type: 'Feature', properties: { role, ...(label ? { label } : {}) }, geometry: { type: 'Point', coordinates: at } })
    const points = table.current.value?.points ?? []
    const last = points.length - 1
    const features = points.map((at, i) => point(i === table.vertex.value ? 'chosen' : i === 0 || i === last ? 'end' : 'vertex', at, points.length > 1 && i === 0 ? t('table.start') : undefined))
    if (table.phase.value === 'done') features.push(...this.middles(points).map((one) => point('middle', one.point)))
    const start = this.picking && !stretch.value ? begun() : null
    if (start) features.push(point('end', start))
    return features
  }

  /** Middles come and go with the zoom. */
  zoomed(): void {
    if (table.phase.value === 'done') this.render()
  }

  private renderSnap(): void {
    const one: Snap | null = snap.value
    this.set('table-snap', one && (this.active || ruling.value) ? [{ type: 'Feature', properties: { part: one.part, label: t('snap.to', { what: snapWords(one) }) }, geometry: { type: 'Point', coordinates: one.point } }] : [])
  }
}
