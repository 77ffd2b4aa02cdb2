/**
 * Drawing with pointer and keys on the map: vertices are set, moved, put between others and taken away; near another drawing's vertex the
 * pointer snaps to it (hold Alt to stay free). It knows nothing of commands: it hands over a geometry when somebody is done.
 */
import { computed, onScopeDispose, ref, shallowRef, watch } from 'vue'
import type { ComputedRef, Ref, ShallowRef } from 'vue'
import type { Feature, FeatureCollection, Geometry } from 'geojson'
import type { MapMouseEvent } from '@/map/maplibre'
import type { LonLat } from './geodesic'
import { useMapOnScreen } from './map_access'
import { LEAST, added, emptySketch, geometryOf, inserted, isComplete, measure, moved, sketchOf, without, withoutLast } from './sketch'
import type { Measured, Sketch, SketchShape } from './sketch'

type Mode = 'idle' | 'draw' | 'edit'
type At = { path: number; index: number }
/** A mouse or a finger. */
type Pointed = Pick<MapMouseEvent, 'point' | 'lngLat'> & { originalEvent: { altKey: boolean }; preventDefault?: () => void; points?: unknown[] }

const SNAP_PX = 10
const CLOSE_PX = 7
/** Beyond this many vertices only they are handles, and no points between them. */
const MANY = 250

export interface Editor {
  mode: Readonly<Ref<Mode>>
  sketch: Readonly<ShallowRef<Sketch | null>>
  measured: ComputedRef<Measured | null>
  vertices: ComputedRef<number>
  complete: ComputedRef<boolean>
  features: ComputedRef<FeatureCollection>
  start: (shape: SketchShape) => void
  edit: (geometry: Geometry) => void
  /** One step back: the last vertex, or the last thing moved. False when there is nothing to take back. */
  back: () => boolean
  /** Take the vertex away that was pressed last. */
  remove: () => void
  finish: () => void
  stop: () => void
}

export function useEditor(options: { vertices: () => LonLat[]; finished: (geometry: Geometry) => void }): Editor {
  const { map } = useMapOnScreen()
  const mode = ref<Mode>('idle')
  const sketch = shallowRef<Sketch | null>(null)
  const pointer = shallowRef<LonLat | null>(null)
  const snapped = ref(false)
  const held = shallowRef<At | null>(null)
  let dragging = false
  const before: Sketch[] = []

  function snap(event: Pointed): LonLat {
    const drawn = map.value
    const { lng, lat } = event.lngLat.wrap()
    snapped.value = false
    if (!drawn || event.originalEvent.altKey) return [lng, lat]
    const edge = drawn.unproject([event.point.x + SNAP_PX, event.point.y + SNAP_PX])
    const [wide, high] = [Math.abs(edge.lng - event.lngLat.lng), Math.abs(edge.lat - event.lngLat.lat)]
    let best: LonLat = [lng, lat]
    let least = 1
    const own = mode.value === 'draw' ? (sketch.value?.paths[0]?.slice(0, 1) ?? []) : []
    for (const one of [...options.vertices(), ...own]) {
      const far = ((one[0] - lng) / wide) ** 2 + ((one[1] - lat) / high) ** 2
      if (far < least) [best, least] = [one, far]
    }
    snapped.value = least < 1
    return best
  }

  function near(event: Pointed, at: LonLat | undefined): boolean {
    const spot = at && map.value?.project(at)
    return !!spot && Math.hypot(spot.x - event.point.x, spot.y - event.point.y) <= CLOSE_PX
  }

  function click(event: Pointed): void {
    const now = sketch.value
    if (mode.value !== 'draw' || !now) return
    const path = now.paths[0] ?? []
    const enough = path.length >= LEAST[now.shape]
    // A press on the last vertex (so also a double press), or on the first of an area, ends it.
    if (now.shape !== 'point' && enough && (near(event, path[path.length - 1]) || (now.shape === 'area' && near(event, path[0])))) {
      finish()
      return
    }
    if (near(event, path[path.length - 1])) return
    sketch.value = added(now, snap(event))
    if (now.shape === 'point') finish()
  }

  function handleAt(event: Pointed): { part: string; path: number; index: number } | null {
    const drawn = map.value
    if (!drawn) return null
    const { x, y } = event.point
    const layers = ['drawing-sketch-vertex', 'drawing-sketch-mid'].filter((id) => drawn.getLayer(id))
    const found = drawn.queryRenderedFeatures([[x - 8, y - 8], [x + 8, y + 8]], { layers })
    const first = found.find((one) => one.properties.part === 'vertex') ?? found.find((one) => one.properties.part === 'mid')
    return first ? { part: String(first.properties.part), path: Number(first.properties.path), index: Number(first.properties.index) } : null
  }

  function down(event: Pointed): void {
    const now = sketch.value
    if (mode.value !== 'edit' || !now || (event.points && event.points.length > 1)) return
    const handle = handleAt(event)
    if (!handle) return
    event.preventDefault?.()
    before.push(now)
    dragging = true
    held.value = { path: handle.path, index: handle.index }
    if (handle.part === 'mid') sketch.value = inserted(now, handle.path, handle.index, [event.lngLat.lng, event.lngLat.lat])
    map.value?.dragPan.disable()
  }

  function move(event: Pointed): void {
    if (mode.value === 'idle') return
    const at = snap(event)
    pointer.value = at
    if (dragging && held.value && sketch.value) {
      event.preventDefault?.()
      sketch.value = moved(sketch.value, held.value.path, held.value.index, at)
    }
  }

  function up(): void {
    if (!dragging) return
    dragging = false
    map.value?.dragPan.enable()
  }

  function open(next: Mode): void {
    mode.value = next
    pointer.value = held.value = null
    before.length = 0
    if (next === 'idle') map.value?.doubleClickZoom.enable()
    else map.value?.doubleClickZoom.disable()
  }

  function start(shape: SketchShape): void {
    sketch.value = emptySketch(shape)
    open('draw')
  }

  function edit(geometry: Geometry): void {
    sketch.value = sketchOf(geometry)
    open(sketch.value ? 'edit' : 'idle')
  }

  function back(): boolean {
    const now = sketch.value
    if (mode.value === 'draw' && now && (now.paths[0]?.length ?? 0) > 0) {
      sketch.value = withoutLast(now)
      return true
    }
    const last = mode.value === 'edit' ? before.pop() : undefined
    if (!last) return false
    sketch.value = last
    held.value = null
    return true
  }

  function remove(): void {
    const now = sketch.value
    if (mode.value === 'draw') back()
    if (mode.value !== 'edit' || !now || !held.value) return
    const less = without(now, held.value.path, held.value.index)
    if (!less) return
    before.push(now)
    sketch.value = less
    held.value = null
  }

  function finish(): void {
    const now = sketch.value
    const geometry = now && geometryOf(now)
    if (!geometry) return
    stop()
    options.finished(geometry)
  }

  function stop(): void {
    up()
    sketch.value = null
    open('idle')
  }

  watch(map, (drawn) => {
    if (!drawn) return
    drawn.on('click', click)
    drawn.on('mousedown', down)
    drawn.on('touchstart', down)
    drawn.on('mousemove', move)
    drawn.on('touchmove', move)
    drawn.on('mouseup', up)
    drawn.on('touchend', up)
  }, { immediate: true })
  onScopeDispose(() => {
    const drawn = map.value
    drawn?.off('click', click)
    drawn?.off('mousedown', down)
    drawn?.off('touchstart', down)
    drawn?.off('mousemove', move)
    drawn?.off('touchmove', move)
    drawn?.off('mouseup', up)
    drawn?.off('touchend', up)
  })

  const measured = computed(() => (sketch.value && sketch.value.shape !== 'point' ? measure(sketch.value, mode.value === 'draw' ? pointer.value : null) : null))
  const features = computed(() => sketchFeatures(sketch.value, mode.value, pointer.value, held.value, snapped.value))
  return {
    mode, sketch, measured, features, start, edit, back, remove, finish, stop,
    vertices: computed(() => sketch.value?.paths.reduce((sum, path) => sum + path.length, 0) ?? 0),
    complete: computed(() => sketch.value !== null && isComplete(sketch.value)),
  }
}

function sketchFeatures(sketch: Sketch | null, mode: Mode, pointer: LonLat | null, held: At | null, snapped: boolean): FeatureCollection {
  const features: Feature[] = []
  const put = (geometry: Geometry, properties: Record<string, unknown>) => features.push({ type: 'Feature', geometry, properties })
  const point = (at: LonLat, properties: Record<string, unknown>) => put({ type: 'Point', coordinates: at }, properties)
  if (sketch) {
    const whole = geometryOf(sketch)
    const first = sketch.paths[0] ?? []
    if (whole && sketch.shape !== 'point') put(whole, { part: sketch.shape })
    else if (first.length > 1) put({ type: 'LineString', coordinates: first }, { part: 'line' })
    const last = first[first.length - 1]
    if (mode === 'draw' && pointer && last) put({ type: 'LineString', coordinates: sketch.shape === 'area' && first.length > 1 ? [last, pointer, first[0] as LonLat] : [last, pointer] }, { part: 'next' })
    const many = sketch.paths.reduce((sum, path) => sum + path.length, 0) > MANY
    sketch.paths.forEach((path, p) => path.forEach((at, i) => {
      point(at, { part: 'vertex', path: p, index: i, chosen: held?.path === p && held.index === i })
      const next = path[i + 1] ?? (sketch.shape === 'area' ? path[0] : undefined)
      if (mode === 'edit' && next && !many) point([(at[0] + next[0]) / 2, (at[1] + next[1]) / 2], { part: 'mid', path: p, index: i + 1 })
    }))
  }
  if (mode === 'draw' && pointer && snapped) point(pointer, { part: 'snap', chosen: true })
  return { type: 'FeatureCollection', features }
}
