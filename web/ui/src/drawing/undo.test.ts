import { describe, expect, it } from 'vitest'
import { Deeds } from './undo'

describe('taking back and doing again', () => {
  it('undoes drawing by deleting, and does it again by restoring what was drawn', () => {
    const deeds = new Deeds()
    deeds.add({ id: 'a', stream: 's', from: null, to: 1, at: 1 })
    const undo = deeds.undoing()
    expect(undo?.wanted).toEqual({ kind: 'drawing.delete', data: { drawing_id: 'a', expect: 1 } })
    if (undo) deeds.undid(undo.deed, 2)
    expect(deeds.undoing()).toBeNull()
    expect(deeds.redoing()?.wanted).toEqual({ kind: 'drawing.restore', data: { drawing_id: 'a', expect: 2, version: 1 } })
  })

  it('walks back through several changes, each on the version that the last one left', () => {
    const deeds = new Deeds()
    deeds.add({ id: 'a', stream: 's', from: null, to: 1, at: 1 })
    deeds.add({ id: 'a', stream: 's', from: 1, to: 2, at: 2 })
    const first = deeds.undoing()
    expect(first?.wanted.data).toEqual({ drawing_id: 'a', expect: 2, version: 1 })
    if (first) deeds.undid(first.deed, 3)
    expect(deeds.undoing()?.wanted).toEqual({ kind: 'drawing.delete', data: { drawing_id: 'a', expect: 3 } })
    expect(deeds.redoing()?.wanted.data).toEqual({ drawing_id: 'a', expect: 3, version: 2 })
  })

  it('undoes a deletion, forgets what was undone when something new is done, and drops what was refused', () => {
    const deeds = new Deeds()
    deeds.add({ id: 'a', stream: 's', from: 4, to: null, at: 5 })
    const undo = deeds.undoing()
    expect(undo?.wanted).toEqual({ kind: 'drawing.restore', data: { drawing_id: 'a', expect: 5, version: 4 } })
    if (undo) deeds.undid(undo.deed, 6)
    deeds.add({ id: 'b', stream: 's', from: null, to: 1, at: 1 })
    expect(deeds.redoing()).toBeNull()
    const last = deeds.undoing()
    if (last) deeds.drop(last.deed)
    expect(deeds.undoing()).toBeNull()
  })
})
