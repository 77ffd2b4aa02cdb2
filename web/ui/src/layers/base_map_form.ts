/** What the form for a base map asks, by kind, and what of it is sent. */

export const KINDS = ['xyz', 'wmts', 'tianditu', 'pmtiles'] as const
export type Kind = (typeof KINDS)[number]

export interface BaseMapFields {
  kind: string
  name: string
  title_zh: string
  title_en: string
  attribution: string
  address: string
  capabilities: string
  layer: string
  tile_matrix_set: string
  tile_host: string
  tianditu: string
  labels: boolean
  key: string
  subdomains: string
  tms: boolean
  origin: string
  bounds: string
  min_zoom: string
  max_zoom: string
  tile_px: string
}
export type FieldName = keyof BaseMapFields

export interface Field {
  name: FieldName
  is?: 'text' | 'tick' | 'secret' | 'number'
  needed?: boolean
  wide?: boolean
  options?: readonly string[]
  /** Group of messages that names the options. */
  words?: string
}

export function blankBaseMap(): BaseMapFields {
  return {
    kind: 'xyz', name: '', title_zh: '', title_en: '', attribution: '', address: '', capabilities: '', layer: '', tile_matrix_set: '', tile_host: '',
    tianditu: 'vec', labels: true, key: '', subdomains: '', tms: false, origin: '', bounds: '', min_zoom: '', max_zoom: '', tile_px: '',
  }
}

const KEY: Field = { name: 'key', is: 'secret' }
const ORIGIN: Field = { name: 'origin', options: ['', 'CGCS2000', 'GCJ02'], words: 'origin' }
const TILE: Field = { name: 'tile_px', options: ['', '256', '512'] }
const BY_KIND: Record<Kind, Field[]> = {
  xyz: [{ name: 'address', needed: true, wide: true }, KEY, { name: 'subdomains' }, { name: 'tms', is: 'tick' }, ORIGIN, TILE],
  wmts: [{ name: 'capabilities', needed: true, wide: true }, KEY, { name: 'layer' }, { name: 'tile_matrix_set' }, { name: 'tile_host' }, ORIGIN],
  tianditu: [{ name: 'tianditu', options: ['vec', 'img', 'ter'], words: 'picture' }, { ...KEY, needed: true }, { name: 'labels', is: 'tick' }, { name: 'address' }],
  pmtiles: [ORIGIN],
}

export function fieldsOf(kind: string): Field[] {
  const own = BY_KIND[KINDS.find((one) => one === kind) ?? 'xyz']
  const said = kind === 'xyz'
  return [
    { name: 'name', needed: true }, { name: 'title_zh', needed: said }, { name: 'title_en' }, { name: 'attribution', needed: said }, ...own,
    { name: 'bounds' }, { name: 'min_zoom', is: 'number' }, { name: 'max_zoom', is: 'number' },
  ]
}

/** Only what its kind asks for, and of that only what was answered. */
export function asTold(fields: BaseMapFields, upload: string | null): Record<string, unknown> {
  const told: Record<string, unknown> = { kind: fields.kind }
  for (const { name, is } of fieldsOf(fields.kind)) {
    const value = fields[name]
    if (typeof value === 'boolean') {
      if (value) told[name] = true
    } else if (value.trim()) {
      told[name] = is === 'number' || name === 'tile_px' ? Number(value) : value.trim()
    }
  }
  if (upload) told.upload = upload
  return told
}
