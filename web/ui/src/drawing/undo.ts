/**
 * What this desk did to drawings, to be taken back and done again. The record only grows: taking back is another command that makes a new
 * version equal to an earlier one, so each entry knows which versions it led from and to, and which version is there now.
 */
export interface Deed {
  id: string
  stream: string
  /** The version whose content was there before; null: there was no drawing. */
  from: number | null
  /** The version whose content was made; null: it was deleted. */
  to: number | null
  /** The version that is there now: another one refuses the command, with who changed it. */
  at: number
}

export interface Wanted {
  kind: 'drawing.restore' | 'drawing.delete'
  data: Record<string, unknown>
}

const MOST = 50

export class Deeds {
  readonly done: Deed[] = []
  readonly undone: Deed[] = []

  /** Something new was done: what had been taken back cannot be done again. */
  add(deed: Deed): void {
    this.settle(deed.id, deed.at)
    this.done.push(deed)
    if (this.done.length > MOST) this.done.shift()
    this.undone.length = 0
  }

  /** This desk made a new version: its other entries of the drawing stand on it from now on. */
  private settle(id: string, at: number): void {
    for (const one of [...this.done, ...this.undone]) if (one.id === id) one.at = at
  }

  /** The way back from one deed, wherever it stands; null when it has been taken back already. */
  undoingOf(deed: Deed): { deed: Deed; wanted: Wanted } | null {
    return this.done.includes(deed) ? { deed, wanted: toward(deed, deed.from) } : null
  }

  undoing(): { deed: Deed; wanted: Wanted } | null {
    const deed = this.done[this.done.length - 1]
    return deed ? { deed, wanted: toward(deed, deed.from) } : null
  }

  redoing(): { deed: Deed; wanted: Wanted } | null {
    const deed = this.undone[this.undone.length - 1]
    return deed ? { deed, wanted: toward(deed, deed.to) } : null
  }

  undid(deed: Deed, version: number): void {
    this.move(this.done, this.undone, deed, version)
  }

  redid(deed: Deed, version: number): void {
    this.move(this.undone, this.done, deed, version)
  }

  /** It was refused for good: somebody else has changed it since. */
  drop(deed: Deed): void {
    for (const list of [this.done, this.undone]) {
      const at = list.indexOf(deed)
      if (at >= 0) list.splice(at, 1)
    }
  }

  private move(from: Deed[], to: Deed[], deed: Deed, version: number): void {
    const at = from.indexOf(deed)
    if (at >= 0) from.splice(at, 1)
    to.push(deed)
    this.settle(deed.id, version)
  }
}

function toward(deed: Deed, version: number | null): Wanted {
  return version === null
    ? { kind: 'drawing.delete', data: { drawing_id: deed.id, expect: deed.at } }
    : { kind: 'drawing.restore', data: { drawing_id: deed.id, expect: deed.at, version } }
}
