/** A handover as the server tells it: what would be signed out now, and one that waits for its second signature. */
export interface Item {
  id: string
  title_zh: string
  title_en: string
  note_zh: string
  note_en: string
  link: string | null
}

export interface Sheet {
  at: string
  sections: { key: string; zh: string; en: string; known: boolean; items: Item[] }[]
}

export interface Check {
  id: string
  group: 'equipment' | 'custody'
  zh: string
  en: string
}

export interface Change {
  what: 'added' | 'changed' | 'gone'
  section: string
  item: Item
}

export interface Post {
  post: string
  post_zh: string
  post_en: string
  holder: string | null
  is_holder: boolean
  may_hold: boolean
  until: string | null
  checks: Check[]
}

export interface Draft extends Post {
  sheet: Sheet
  digest: string
  to_person: string | null
  open: string | null
}

export interface Open extends Post {
  handover: { id: string; from_id: string; from_name: string; to_person: string | null; state: string; words: string; sheet: Sheet; checks: Record<string, { state: 'ok' | 'fault'; note: string }>; signed_out: { at: string } }
  now?: Sheet
  now_digest?: string
  changes?: Change[]
}
