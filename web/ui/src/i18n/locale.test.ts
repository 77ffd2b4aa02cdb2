import { beforeEach, describe, expect, it, vi } from 'vitest'

const kept = new Map<string, string>()
vi.stubGlobal('localStorage', { getItem: (key: string) => kept.get(key) ?? null, setItem: (key: string, value: string) => kept.set(key, value) })
const fresh = () => {
  vi.resetModules()
  return import('./locale')
}

describe('the reader’s language', () => {
  beforeEach(() => { kept.clear() })

  it('is the account’s until somebody chooses one on this device', async () => {
    const one = await fresh()
    expect(one.locale.value).toBe('zh')
    one.followAccount('en')
    expect(one.locale.value).toBe('en')
    one.followAccount('zh')
    expect(one.locale.value).toBe('zh')
  })

  it('stays as it was chosen, whoever signs in and after the page is opened again', async () => {
    const one = await fresh()
    one.setLocale('zh')
    one.followAccount('en')
    expect(one.locale.value).toBe('zh')
    const again = await fresh()
    again.followAccount('en')
    expect(again.locale.value).toBe('zh')
  })
})
