/** Drawing and editing one line. Wraps terra-draw; says only where the line is and whether it has an end. */
import type { Map as MapLibre } from 'maplibre-gl'
import type { LineString, Position } from 'geojson'
import { TerraDraw, TerraDrawLineStringMode, TerraDrawModeUndoRedo, TerraDrawSelectMode } from 'terra-draw'
import { LINE_DIGITS } from '../state/url'
import { TerraDrawMapLibreGLAdapter } from 'terra-draw-maplibre-gl-adapter'

export interface DrawEvents {
  /** The line as it is under the hand; `done` once it has an end. */
  moved: (line: Position[], done: boolean) => void
}

type Hex = `#${string}`

export class LineDraw {
  private readonly draw: TerraDraw
  private readonly pen: TerraDrawLineStringMode
  private colour: Hex = '#6B6B6B'
  private finished = false
  private quiet = false
  /** Shapes of the finished line, oldest first, and which of them is on the map. */
  private history: Position[][] = []
  private at = -1

  constructor(map: MapLibre, private readonly events: DrawEvents) {
    const colour = (): Hex => this.colour
    this.pen = new TerraDrawLineStringMode({
      pointerDistance: 24,
      editable: false,
      showCoordinatePoints: true,
      // Escape is ours: the page decides what it closes.
      keyEvents: { cancel: null, finish: 'Enter' },
      styles: {
        lineStringColor: colour, lineStringWidth: 5, coordinatePointColor: '#ffffff', coordinatePointWidth: 4, coordinatePointOutlineColor: colour,
        coordinatePointOutlineWidth: 2.5, closingPointColor: colour, closingPointWidth: 6, closingPointOutlineColor: '#ffffff', closingPointOutlineWidth: 2.5,
      },
    })
    const select = new TerraDrawSelectMode({
      allowManualDeselection: false,
      pointerDistance: 24,
      keyEvents: { deselect: null, delete: null, rotate: null, scale: null },
      flags: { linestring: { feature: { draggable: false, coordinates: { draggable: true, midpoints: true, deletable: true } } } },
      styles: {
        selectedLineStringColor: colour, selectedLineStringWidth: 9, selectionPointColor: '#ffffff', selectionPointWidth: 6, selectionPointOutlineColor: '#101214',
        selectionPointOutlineWidth: 2.5, midPointColor: '#101214', midPointWidth: 4, midPointOutlineColor: '#ffffff', midPointOutlineWidth: 1.5,
      },
    })
    this.draw = new TerraDraw({
      adapter: new TerraDrawMapLibreGLAdapter({ map, coordinatePrecision: LINE_DIGITS }),
      modes: [this.pen, select],
      undoRedo: { modeLevel: new TerraDrawModeUndoRedo() },
    })
    this.draw.start()
    // The line lies under the stretches that decide; its handles stay on top.
    if (map.getLayer('td-linestring') && map.getLayer('stretches-glow')) map.moveLayer('td-linestring', 'stretches-glow')
    this.draw.on('change', () => this.report())
    this.draw.on('finish', (id) => this.onFinish(id))
  }

  /** Begins a new line; an old one is dropped. */
  begin(): void {
    this.silently(() => {
      this.empty()
      this.draw.setMode('linestring')
    })
  }

  /** Puts a line there as if it had been drawn, ready for editing. */
  put(line: Position[]): void {
    this.history = [line]
    this.at = 0
    this.place(line)
  }

  private place(line: Position[]): void {
    this.silently(() => {
      this.draw.clear()
      const id = this.draw.getFeatureId()
      this.draw.setMode('select')
      const [answer] = this.draw.addFeatures([{ id, type: 'Feature', geometry: { type: 'LineString', coordinates: line }, properties: { mode: 'linestring' } }])
      if (!answer?.valid) return
      this.finished = true
      this.draw.selectFeature(id)
    })
  }

  /** Ends the line where it is, as Enter does. */
  finish(): void {
    if (this.finished || this.draw.getMode() !== 'linestring') return
    this.pen.onKeyUp({ key: 'Enter', heldKeys: [], preventDefault: () => undefined })
  }

  /** While drawing one point, afterwards one edit. */
  undo(): void {
    if (!this.finished) {
      if (this.draw.canUndo()) this.draw.undo()
    } else this.step(-1)
  }

  redo(): void {
    if (!this.finished) {
      if (this.draw.canRedo()) this.draw.redo()
    } else this.step(1)
  }

  private step(by: number): void {
    const line = this.history[this.at + by]
    if (!line) return
    this.at += by
    this.place(line)
    this.report()
  }

  private remember(): void {
    const line = this.line()
    if (!line) return
    this.history = [...this.history.slice(0, this.at + 1), line]
    this.at = this.history.length - 1
  }

  private empty(): void {
    this.draw.clear()
    this.draw.clearUndoRedoHistory()
    this.history = []
    this.at = -1
    this.finished = false
  }

  clear(): void {
    this.silently(() => {
      this.empty()
      if (this.draw.getMode() !== 'static') this.draw.setMode('static')
    })
  }

  stop(): void {
    this.quiet = true
    this.draw.stop()
  }

  /** The colour of the line under the hand follows its verdict. */
  paint(colour: string): void {
    if (colour === this.colour) return
    this.colour = colour as Hex
    this.silently(() => {
      this.draw.updateModeOptions('linestring', { styles: { lineStringColor: () => this.colour } })
      this.draw.updateModeOptions('select', { styles: { selectedLineStringColor: () => this.colour } })
    })
  }

  private onFinish(id: string | number): void {
    this.finished = true
    this.remember()
    if (this.draw.getMode() === 'linestring') {
      // terra-draw is still inside its own handler here; change the mode once it has left.
      queueMicrotask(() => {
        this.draw.setMode('select')
        if (this.draw.hasFeature(id)) this.draw.selectFeature(id)
        this.report()
      })
    } else this.report()
  }

  private report(): void {
    if (this.quiet) return
    const line = this.line()
    if (line) this.events.moved(line, this.finished)
  }

  private line(): Position[] | null {
    const all = this.draw.getSnapshot().filter((f) => f.geometry.type === 'LineString')
    const coordinates = (all[0]?.geometry as LineString | undefined)?.coordinates
    return coordinates && coordinates.length > 1 ? coordinates.map((p) => p.map((n) => Number(n.toFixed(LINE_DIGITS)))) : null
  }

  private silently(act: () => void): void {
    this.quiet = true
    try {
      act()
    } finally {
      this.quiet = false
    }
  }
}
