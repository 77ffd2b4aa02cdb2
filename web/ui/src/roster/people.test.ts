import { describe, expect, it } from 'vitest'
import { draftOf, putOf } from './people'
import type { Person } from './people'

const PERSON: Person = {
  id: 'p', name: '何正平', title_zh: '值班长', title_en: 'Watch commander', department: 'EMB', department_zh: null, department_en: null, area_code: null, level: 'city',
  place: null, positions: [{ department: 'FAO', title_zh: '联络员', title_en: 'Liaison' }], phone: '内线 6102', mobile: null, numbers_hidden: false, duties: ['watch_commander'],
  has_account: true, reach: 'account', on_duty: [], shift: null, version: 3,
}

describe('an entry of the address book', () => {
  it('unchanged says the same again and leaves the account as it is', () => {
    const draft = { ...draftOf(PERSON), account: 'duty9' }
    expect(putOf(draft, PERSON, 'duty9')).toEqual({
      person_id: 'p', expect: 3, name: '何正平', title_zh: '值班长', title_en: 'Watch commander', department: 'EMB', place: null, phone: '内线 6102', mobile: null,
      duties: ['watch_commander'], also: PERSON.positions,
    })
  })
  it('gives or takes an account only when that was written', () => {
    expect(putOf({ ...draftOf(PERSON), account: '' }, PERSON, 'duty9').account).toBe('')
    expect(putOf({ ...draftOf(null, 'EMB'), account: 'new ' }, null, null)).toMatchObject({ account: 'new', department: 'EMB' })
  })
})
