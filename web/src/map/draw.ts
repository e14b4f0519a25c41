/** Drawing and editing one line. Wraps terra-draw; says only "moved", "finished" and "cleared". */
import type { Map as MapLibre } from 'maplibre-gl'
import type { LineString, Position } from 'geojson'
import {
  TerraDraw, TerraDrawLineStringMode, TerraDrawModeUndoRedo, TerraDrawSelectMode, TerraDrawSessionUndoRedo,
} from 'terra-draw'
import { TerraDrawMapLibreGLAdapter } from 'terra-draw-maplibre-gl-adapter'

export interface DrawEvents {
  /** The line as it is under the hand; `done` once it has an end. */
  moved: (line: Position[], done: boolean) => void
  cleared: () => void
}

type Hex = `#${string}`

export class LineDraw {
  private readonly draw: TerraDraw
  private readonly pen: TerraDrawLineStringMode
  private colour: Hex = '#6B6B6B'
  private finished = false
  private quiet = false

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
        selectedLineStringColor: colour, selectedLineStringWidth: 5, selectionPointColor: '#ffffff', selectionPointWidth: 6, selectionPointOutlineColor: '#101214',
        selectionPointOutlineWidth: 2.5, midPointColor: '#101214', midPointWidth: 4, midPointOutlineColor: '#ffffff', midPointOutlineWidth: 1.5,
      },
    })
    this.draw = new TerraDraw({
      adapter: new TerraDrawMapLibreGLAdapter({ map, coordinatePrecision: 9 }),
      modes: [this.pen, select],
      undoRedo: { modeLevel: new TerraDrawModeUndoRedo(), sessionLevel: new TerraDrawSessionUndoRedo() },
    })
    this.draw.start()
    this.draw.on('change', () => this.report())
    this.draw.on('finish', (id) => this.onFinish(id))
  }

  /** Begins a new line; an old one is dropped. */
  begin(): void {
    this.silently(() => {
      this.draw.clear()
      this.draw.clearUndoRedoHistory()
      this.finished = false
      this.draw.setMode('linestring')
    })
  }

  /** Puts a line there as if it had been drawn, ready for editing. */
  put(line: Position[]): void {
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

  undo = (): boolean => this.draw.canUndo() && this.draw.undo()
  redo = (): boolean => this.draw.canRedo() && this.draw.redo()

  clear(): void {
    this.silently(() => {
      this.draw.clear()
      this.draw.clearUndoRedoHistory()
      this.finished = false
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
    if (line) return this.events.moved(line, this.finished)
    if (this.finished) {
      // An undo took the whole line away.
      this.finished = false
      this.events.cleared()
    }
  }

  private line(): Position[] | null {
    const all = this.draw.getSnapshot().filter((f) => f.geometry.type === 'LineString')
    const coordinates = (all[0]?.geometry as LineString | undefined)?.coordinates
    return coordinates && coordinates.length > 1 ? coordinates : null
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
