/** An earthquake's answer as docs/decisions/0021 has it: enough of everything to see each part of the screen. */
import type { Polygon } from 'geojson'
import type { Answer, AnswerFootprint, AnswerZone, Assessment } from '../src/wire/objects'

export function ellipse(lon: number, lat: number, a: number, b: number, turn = 55): Polygon {
  const ring = Array.from({ length: 49 }, (_, n) => {
    const at = (n / 48) * 2 * Math.PI
    const [x, y] = [a * Math.cos(at), b * Math.sin(at)]
    const by = (turn * Math.PI) / 180
    return [lon + (x * Math.cos(by) - y * Math.sin(by)) / 102, lat + (x * Math.sin(by) + y * Math.cos(by)) / 111]
  })
  return { type: 'Polygon', coordinates: [ring] }
}

const zone = (key: string, zh: string, en: string, level: number, people: number, over: Partial<AnswerZone> = {}): AnswerZone => ({
  key, zh, en, level, area_km2: people / 90, people: { p10: people * 0.6, p50: people, p90: people * 1.5 }, people_day: people * 0.8, people_night: people,
  buildings: null, schools: Math.round(people / 4000), hospitals: Math.round(people / 15000), shelters: 2, hazardous_sites: 1, reservoirs: 2, road_km: people / 300, ...over,
})

const footprint = (key: string, zh: string, en: string, level: number, a: number, b: number): AnswerFootprint => ({
  key, zh, en, level, kind: 'zone', basis: 'model', time_offset_s: null, probability: null,
  geometry: ellipse(99.2, 23.3, a, b), inner: ellipse(99.2, 23.3, a * 0.75, b * 0.72), outer: ellipse(99.2, 23.3, a * 1.3, b * 1.32),
})

const people = { unit_zh: '人', unit_en: 'people', bands: ['0', '1-9', '10-99', '100-999', '1000+'] }

export function quakeAnswer(over: Partial<Answer> = {}): Answer {
  return {
    model: { id: 'earthquake', version: '1.0', zh: '地震椭圆烈度与 PAGER 经验损失', en: 'Elliptical intensity and PAGER empirical loss' },
    class_key: 'nd.quake', at: '2026-03-01T02:12:40.000000Z', seed: 1, draws: 1000, inputs_hash: 'a1b2c3',
    inputs: [
      { name: 'ms', zh: '震级', en: 'magnitude', unit_zh: '级', unit_en: 'Ms', kind: 'number', origin: 'given', value_zh: '6.3 级', value_en: 'Ms 6.3', median: 6.3, p10: 6.1, p90: 6.5, error: 'source', source_zh: '中国地震台网速报', source_en: 'CENC rapid report' },
      { name: 'depth_km', zh: '震源深度', en: 'focal depth', unit_zh: '公里', unit_en: 'km', kind: 'number', origin: 'prior', value_zh: '约 11 公里', value_en: 'about 11 km', median: 11, p10: 6, p90: 20, error: 'source', source_zh: '云南浅源地震统计', source_en: 'shallow earthquakes of Yunnan' },
      { name: 'strike_deg', zh: '破裂走向', en: 'strike', unit_zh: '度', unit_en: '°', kind: 'number', origin: 'absent', value_zh: '未知，按任意方向', value_en: 'unknown, any direction', error: 'footprint', source_zh: '', source_en: '' },
    ],
    asks: [{ name: 'strike_deg', zh: '破裂走向', en: 'strike', unit_zh: '度', unit_en: '°' }, { name: 'max_intensity', zh: '实测最大烈度', en: 'measured maximum intensity', unit_zh: '度', unit_en: 'degrees' }],
    zones: [
      zone('VIII', 'Ⅷ度区', 'intensity VIII', 8, 3200, { hospitals: 1 }),
      zone('VII', 'Ⅶ度区', 'intensity VII', 7, 26_000),
      zone('VI', 'Ⅵ度区', 'intensity VI', 6, 143_000, { buildings: null }),
    ],
    footprints: [footprint('VIII', 'Ⅷ度', 'VIII', 8, 9, 6), footprint('VII', 'Ⅶ度', 'VII', 7, 22, 15), footprint('VI', 'Ⅵ度', 'VI', 6, 48, 32)],
    primary: 'dead',
    outcomes: {
      dead: { zh: '死亡', en: 'dead', ...people, p10: 0, p50: 8, p90: 60, band_probabilities: [0.19, 0.36, 0.33, 0.11, 0.01], best_zh: '死亡 1–9 人', best_en: '1–9 dead', often_zh: '10 次同类事件中约 5 次达到 10 以上', often_en: 'in 10 such events about 5 reach 10 or more' },
      injured: { zh: '受伤', en: 'injured', ...people, p10: 5, p50: 50, p90: 500, band_probabilities: [0.05, 0.2, 0.4, 0.3, 0.05], best_zh: '10–99 人受伤', best_en: '10–99 injured', often_zh: '10 次同类约 3 次超过 100 人', often_en: 'in 10 such events about 3 exceed 100' },
      collapsed_rooms: { zh: '倒塌房屋', en: 'collapsed rooms', ...people, unit_zh: '间', unit_en: 'rooms', p10: 200, p50: 900, p90: 4000, band_probabilities: [0.01, 0.02, 0.1, 0.5, 0.37], best_zh: '100–999 间倒塌', best_en: '100–999 rooms collapsed', often_zh: '', often_en: '' },
    },
    casualties: 'estimated',
    grade: {
      suggested: 'II', probabilities: { I: 0.02, II: 0.19, III: 0.36, IV: 0.24, none: 0.19 }, floor: 0.3,
      reasons: [{ grade: 'III', metric: 'dead', threshold: 10, probability: 0.45, zh: '死亡 10 人以上的可能 45%', en: 'a 45% chance of 10 or more dead' }],
      triggers: [{ grade: 'II', zh: '震级 6.3，人口较密集地区 6.0 级以上', en: 'magnitude 6.3, at least 6.0 in a populated area' }],
    },
    priority: [
      { code: '530926101', county: '530926', name_zh: '孟定镇', name_en: 'Mengding', rank: 1, people: 12_400, expected: 5, p90: 40, level_zh: 'Ⅷ度', level_en: 'VIII', reasons_zh: ['Ⅷ度区内约 3000 人', '学校 2 所、医院 1 所'], reasons_en: ['about 3,000 people at VIII', '2 schools, 1 hospital'] },
      { code: '530927', county: '530927', name_zh: '沧源县', name_en: 'Cangyuan', rank: 2, people: 8_100, expected: 2, p90: 20, level_zh: 'Ⅶ度', level_en: 'VII', reasons_zh: ['土坯房多'], reasons_en: ['many adobe houses'] },
    ],
    lists: [{ key: 'dams', zh: 'Ⅶ度以上水库', en: 'dams at VII and above', total: 3, rows: [{ id: 'r1', kind: 'reservoir', name_zh: '南汀河水库', name_en: 'Nanting reservoir', lon: 99.1, lat: 23.4, value_zh: 'Ⅶ度', value_en: 'VII' }] }],
    needs: [{ rule: 'usar_medium', item_zh: '中型搜救队', item_en: 'medium USAR teams', unit_zh: '支', unit_en: 'teams', low: 1, high: 4, because_zh: '倒塌有人房屋 3–5 栋 1 支', because_en: 'one for 3–5 collapsed occupied buildings', source_zh: 'INSARAG 指南 2020', source_en: 'INSARAG Guidelines 2020', verified: false, owner_zh: '应急管理局', owner_en: 'Emergency Management Bureau' }],
    errors: { shares: { source: 0.2, footprint: 0.1, exposure: 0.05, vulnerability: 0.65 }, largest: 'vulnerability', largest_zh: '同样烈度下的死亡率', largest_en: 'the death rate at the same intensity' },
    changes: [{ name: 'ms', zh: '震级', en: 'magnitude', low: { value_zh: '6.1 级', value_en: 'Ms 6.1', p50: 3 }, high: { value_zh: '6.5 级', value_en: 'Ms 6.5', p50: 20 } }],
    summary_zh: '最可能 1–9 人死亡。', summary_en: 'Most likely 1–9 dead.', affected_zh: 'Ⅵ度及以上区内的人', affected_en: 'people inside intensity VI and above',
    confidence: { letter: 'C', reasons_zh: ['经验模型一个标准差约 9 倍', '人口为训练数据'], reasons_en: ['one standard deviation of the empirical model is a factor of 9', 'training population'] },
    limits: [{ code: 'near_field', zh: '近断层处烈度低估', en: 'intensity near the fault is too low' }],
    assumptions: [{ code: 'night', zh: '按夜间人口', en: 'people as by night' }], notes: [],
    exposure: { loaded: true, source_zh: '训练人口', source_en: 'training population', date: '2020-11-01', synthetic: true, limits_zh: ['示意数据'], limits_en: ['illustrative'] },
    sources: [{ zh: 'GB 18306-2015 椭圆衰减', en: 'GB 18306-2015 elliptical attenuation', equations: '(1)', verified: true }],
    ...over,
  }
}

export function assessment(over: Partial<Assessment> = {}): Assessment {
  return {
    id: '00000000-0000-4000-8000-000000000001', incident_id: 'i1', no: 1, scenario: 'live', state: 'answered', model: { id: 'earthquake', version: '1.0' },
    author: 'model:earthquake@1.0', class_key: 'nd.quake', caused_by: {}, at: '2026-03-01T02:12:40.000000Z', supersedes: null, wanted: null, differences: [], refusal: null,
    best_zh: '1–9 人死亡', best_en: '1–9 dead', grade: 'II', answer: quakeAnswer(), ...over,
  }
}
