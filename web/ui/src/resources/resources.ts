/** What is fetched of resources, and what follows from it without asking anybody. */
import { get } from '@/wire/api'
import type { Allotment, Outlook, Point, ResourceRequest, Shelter, Time } from '@/wire/objects'

export interface Lot {
  id: string
  depot: string
  item: string
  lot_no: string
  expires_on: string | null
  expiry: 'none' | 'good' | 'soon' | 'expired'
  received: number
  adjusted: number
  free: number
  committed: number
  out: number
  used: number
  discarded: number
  counted_at: Time | null
  illustrative: boolean
}
export interface Depot {
  code: string
  name_zh: string
  name_en: string
  department: string
  area_code: string
  point: Point
  phone: string | null
  illustrative: boolean
}
export interface Stock {
  at: Time
  depots: Depot[]
  lots: Lot[]
  offered: { depot: string; item: string; quantity: number }[]
  outlook: Outlook[]
  holds: Allotment[]
}
export interface Beds {
  total: number | null
  available: number | null
  extra_24h: number | null
  reported_at: Time | null
}
export interface Hospital {
  id: string
  name_zh: string
  name_en: string
  level: string | null
  area_code: string
  department: string
  point: Point
  emergency: 'open' | 'limited' | 'diverting' | null
  reported_at: Time | null
  wards: Record<string, Beds>
  illustrative: boolean
}
export interface Preview {
  takes: { lot_no: string; quantity: number; expires_on: string | null; expiry: Lot['expiry'] }[]
  left: number
  short: number
  expired: number
  offered: number
  outlook: (Outlook & { free_after: number }) | null
}

export const readStock = (): Promise<Stock> => get('/api/resources/stock')
export const readShelters = (area: string): Promise<{ at: Time; shelters: Shelter[] }> => get(`/api/resources/shelters?area=${area}`)
export const readBeds = (area: string): Promise<{ at: Time; hospitals: Hospital[] }> => get(`/api/resources/beds?area=${area}`)
export const readRequests = (area: string): Promise<{ at: Time; requests: ResourceRequest[] }> => get(`/api/resources/requests?area=${area}`)
export const readPreview = (depot: string, item: string, quantity: number, signal: AbortSignal): Promise<Preview> =>
  get(`/api/resources/preview?${new URLSearchParams({ depot, item, quantity: String(quantity) }).toString()}`, { signal })

const ENDED: ReadonlySet<string> = new Set(['closed', 'cancelled'])
export const isOpen = (one: ResourceRequest): boolean => !ENDED.has(one.state)
export const openRequests = (all: ResourceRequest[]): number => all.filter(isOpen).length

const PRIORITY = { life: 0, urgent: 1, normal: 2 }
/** Open ones first, those that nobody has covered before those that are on their way, the most pressing first. */
export function sortRequests(all: ResourceRequest[]): ResourceRequest[] {
  const rank = (one: ResourceRequest) => (isOpen(one) ? (one.open_need > 0 ? 0 : 1) : 2)
  return [...all].sort((a, b) => rank(a) - rank(b) || PRIORITY[a.priority] - PRIORITY[b.priority] || b.made_at.localeCompare(a.made_at))
}

export interface ItemStock {
  item: string
  free: number
  committed: number
  out: number
  received: number
  expired: number
  soon: number
  offered: number
  outlook: Outlook | null
  lots: Lot[]
}

/** Stock by item over the depots that are looked at. What has expired is in no `free`: it may not be used. */
export function byItem(stock: Stock, depot: string): ItemStock[] {
  const rows = new Map<string, ItemStock>()
  for (const lot of stock.lots) {
    if (depot && lot.depot !== depot) continue
    let row = rows.get(lot.item)
    if (!row) {
      row = { item: lot.item, free: 0, committed: 0, out: 0, received: 0, expired: 0, soon: 0, offered: 0, outlook: stock.outlook.find((one) => one.item === lot.item) ?? null, lots: [] }
      rows.set(lot.item, row)
    }
    row.lots.push(lot)
    row.committed += lot.committed
    row.out += lot.out
    row.received += lot.received
    if (lot.expiry === 'expired') row.expired += lot.free
    else row.free += lot.free
    if (lot.expiry === 'soon') row.soon += lot.free
  }
  for (const one of stock.offered) {
    const row = rows.get(one.item)
    if (row && (!depot || one.depot === depot)) row.offered += one.quantity
  }
  return [...rows.values()]
}

export type Fill = 'unknown' | 'free' | 'nearly' | 'full' | 'over'
/** How full a shelter is; what nobody has reported is unknown, never empty. */
export function fillOf(one: Shelter, nearly: number): Fill {
  if (one.occupied === null) return 'unknown'
  if (one.occupied > one.capacity) return 'over'
  const taken = one.occupied + one.promised + one.reserved
  if (taken >= one.capacity) return 'full'
  return taken >= one.capacity * nearly ? 'nearly' : 'free'
}

/** Open shelters' places: what is known, and in how many it is not. */
export function placesOf(shelters: Shelter[]): { open: number; capacity: number; occupied: number; unknown: number } {
  const open = shelters.filter((one) => one.state === 'open')
  return {
    open: open.length,
    capacity: open.reduce((sum, one) => sum + one.capacity, 0),
    occupied: open.reduce((sum, one) => sum + (one.occupied ?? 0), 0),
    unknown: open.filter((one) => one.occupied === null).length,
  }
}
