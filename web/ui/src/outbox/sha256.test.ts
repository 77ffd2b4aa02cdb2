import { describe, expect, it } from 'vitest'
import { digest, sha256 } from './sha256'

const hexOf = (bytes: Uint8Array): string => Array.from(bytes, (b) => b.toString(16).padStart(2, '0')).join('')

describe('SHA-256 without the browser’s own', () => {
  it.each([
    ['', 'e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855'],
    ['abc', 'ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad'],
    [
      'abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq',
      '248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1',
    ],
    ['a'.repeat(1_000_000), 'cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0'],
  ])('gives the standard’s answer (%#)', (text, expected) => {
    expect(hexOf(digest(new TextEncoder().encode(text)))).toBe(expected)
  })

  it('agrees with the browser’s for every length around a block', async () => {
    for (let length = 0; length <= 130; length += 1) {
      const bytes = Uint8Array.from({ length }, (_, i) => (i * 7 + length) & 0xff)
      expect(hexOf(digest(bytes))).toBe(await sha256(new Blob([bytes])))
    }
  })
})
