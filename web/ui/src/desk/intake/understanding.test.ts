import { describe, expect, it } from 'vitest'
import { placeWords } from './understanding'
import type { Understanding } from './understanding'

function read(place: string | null, kind: string, name: string, chain: string): Understanding {
  return { place, places: [{ kind, name_zh: name, chain_zh: chain }] } as unknown as Understanding
}

describe('the place of a call', () => {
  it('keeps what was said of where in the township', () => {
    expect(placeWords(read('孟定镇遮哈村后山', 'township', '孟定镇', '临沧市耿马县孟定镇'))).toBe('耿马县孟定镇遮哈村后山')
    expect(placeWords(read('孟定 糖厂', 'township', '孟定镇', '临沧市耿马县孟定镇'))).toBe('耿马县孟定镇糖厂')
    expect(placeWords(read('耿马孟定镇', 'township', '孟定镇', '临沧市耿马县孟定镇'))).toBe('耿马县孟定镇')
  })
  it('says nothing twice, and nothing beside a thing that was found itself', () => {
    expect(placeWords(read('孟定糖厂', 'facility', '孟定糖厂', '临沧市耿马县孟定镇'))).toBe('耿马县孟定镇孟定糖厂')
    expect(placeWords(read('mengding sugar mill', 'township', '孟定镇', '临沧市耿马县孟定镇'))).toBe('耿马县孟定镇')
    expect(placeWords({ place: '某处', places: [] } as unknown as Understanding)).toBe('某处')
  })
})
