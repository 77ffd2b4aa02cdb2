import { readFileSync, readdirSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'

const SRC = join(__dirname, '../src')

type Tree = { [key: string]: string | Tree }

function flatten(tree: Tree, prefix: string): [string, string][] {
  return Object.entries(tree).flatMap(([key, value]) => (typeof value === 'string' ? [[`${prefix}${key}`, value]] : flatten(value, `${prefix}${key}.`)))
}

function messages(tongue: string): Map<string, string> {
  const folder = join(SRC, 'i18n', tongue)
  return new Map(readdirSync(folder).filter((name) => name.endsWith('.json')).flatMap((name) => flatten(JSON.parse(readFileSync(join(folder, name), 'utf8')) as Tree, `${name.slice(0, -5)}.`)))
}

function sources(folder: string): string[] {
  return readdirSync(folder).flatMap((name) => {
    const path = join(folder, name)
    if (statSync(path).isDirectory()) return sources(path)
    return /\.(vue|ts)$/.test(name) && !name.includes('.test.') ? [path] : []
  })
}

const zh = messages('zh')
const en = messages('en')
const named = (text: string) => [...text.matchAll(/\{(\w+)\}/g)].map((found) => found[1]).sort()

describe('the two languages', () => {
  it('have the same messages', () => {
    expect([...zh.keys()].filter((key) => !en.has(key))).toEqual([])
    expect([...en.keys()].filter((key) => !zh.has(key))).toEqual([])
  })

  it('are complete: no message is empty, and none in English still reads Chinese', () => {
    // What joins words or marks an option may be empty in one language; a switch names the other language in that language.
    const empty = [...zh, ...en].filter(([, text]) => text === '').map(([key]) => key)
    expect(empty).toEqual([])
    expect([...en].filter(([, text]) => /[\u4e00-\u9fff]/.test(text)).map(([key]) => key)).toEqual([])
  })

  it('name only what the other names too, so that nothing is left out in translation', () => {
    const differing = [...zh].filter(([key, text]) => {
      const other = named(en.get(key) ?? '')
      return other.some((name) => !named(text).includes(name)) || named(text).some((name) => !other.includes(name))
    })
    expect(differing.map(([key]) => key)).toEqual([])
  })

  it('hold every message that a screen asks for', () => {
    const missing = new Set<string>()
    for (const path of sources(SRC)) {
      const text = readFileSync(path, 'utf8')
      for (const found of text.matchAll(/(?:\bt|\bsay)\(\s*'([a-z_]+\.[\w.]+)'|what: '([a-z_]+\.[\w.]+)'/g)) {
        const key = found[1] ?? found[2] ?? ''
        if (!zh.has(key)) missing.add(`${key} (${path.slice(SRC.length)})`)
      }
    }
    expect([...missing]).toEqual([])
  })
})
