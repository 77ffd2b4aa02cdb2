import { describe, expect, it } from 'vitest'
import { lasting, onMap, orderable, withoutDrawing } from './evacuation'
import type { Answer, Flow } from './evacuation'

const flow = (over: Partial<Flow> = {}): Flow => ({
  origin_id: 'z:1', zone_id: 'z', desk: 'CTY-530926', from_zh: '孟定镇', from_en: 'Mengding', shelter_id: 's1', shelter_zh: '一中', shelter_en: 'School 1', people: 300,
  mode: 'vehicle', minutes: 12, distance_m: 5000, in_hazard_minutes: 1, roads_zh: [], roads_en: [], clearance: { low: 30, value: 60, high: 120 }, line: [[99, 23], [99.1, 23]], why_zh: '', why_en: '', ...over,
})
const answer = (flows: Flow[]): Answer => ({
  zones: [{ id: 'z', name_zh: '', name_en: '', people_day: null, people_night: null, geometry: { type: 'Polygon', coordinates: [] } }],
  origins: [{ id: 'z:1', zone_id: 'z', code: null, name_zh: '', name_en: '', point: { lon: 99, lat: 23 }, people: null, without_place: null, desk: null }],
  shelters: [{ id: 's1', name_zh: '', name_en: '', point: { lon: 99.1, lat: 23 }, capacity: 500, occupied: null, open: false, free: 500, assigned: 300, left: 200, full: false }],
  flows,
} as unknown as Answer)

describe('an evacuation', () => {
  it('is drawn with zones, ways and shelters, straight where no road is known', () => {
    expect(onMap(answer([flow(), flow({ line: null })])).map((one) => one.properties?.part)).toEqual(['counted', 'route', 'straight', 'here'])
  })
  it('orders only what has a desk, with the latest time', () => {
    expect(orderable(answer([flow(), flow({ desk: null })])).map((one) => one.clear_minutes)).toEqual([120])
  })
  it('is told in minutes while minutes can be planned with, then in hours', () => {
    expect([lasting(59.6), lasting(299), lasting(1497)]).toEqual(['1 小时', '299 分钟', '25 小时'])
  })
  it('is kept without drawings', () => {
    const kept = JSON.stringify(withoutDrawing(answer([flow()])))
    expect(kept).not.toContain('"line"')
    expect(kept).not.toContain('"geometry"')
  })
})
