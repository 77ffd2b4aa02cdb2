import { describe, expect, it } from 'vitest'
import { readFigure, readGrade, readLine } from '@/desk/intake/command_line'

describe('the command bar', () => {
  it('takes a line without a command as a report: nobody should lose what was typed in a hurry', () => {
    expect(readLine('孟定 糖厂 锅炉 爆炸 伤2')).toEqual({ do: 'call', text: '孟定 糖厂 锅炉 爆炸 伤2' })
    expect(readLine('   ')).toEqual({ do: 'nothing' })
  })

  it('reads commands in both languages, with or without a space', () => {
    expect(readLine('/报 孟定 糖厂')).toEqual({ do: 'call', text: '孟定 糖厂' })
    expect(readLine('/报孟定 糖厂')).toEqual({ do: 'call', text: '孟定 糖厂' })
    expect(readLine('／报 孟定')).toEqual({ do: 'call', text: '孟定' })
    expect(readLine('/call Mengding boiler')).toEqual({ do: 'call', text: 'Mengding boiler' })
    expect(readLine('/开 孟定糖厂锅炉爆炸')).toEqual({ do: 'open', title: '孟定糖厂锅炉爆炸' })
    expect(readLine('/记 副市长到场')).toEqual({ do: 'note', text: '副市长到场' })
    expect(readLine('/')).toEqual({ do: 'help' })
    expect(readLine('/?')).toEqual({ do: 'help' })
  })

  it('reads a grade however it is written, and keeps the reason', () => {
    expect(readLine('/级 III 重伤 12 人')).toEqual({ do: 'grade', grade: 'III', reason: '重伤 12 人' })
    expect(readLine('/grade ii twelve injured')).toEqual({ do: 'grade', grade: 'II', reason: 'twelve injured' })
    expect(['Ⅱ', '2', '二级', '重大', 'II'].map(readGrade)).toEqual(['II', 'II', 'II', 'II', 'II'])
    expect(readLine('/级 五')).toMatchObject({ do: 'grade', grade: null })
  })

  it('does not guess at a command it does not know', () => {
    expect(readLine('/delete everything')).toEqual({ do: 'unknown', word: 'delete' })
    expect(readLine('/cal 孟定')).toEqual({ do: 'unknown', word: 'cal' })
  })

  it('reads the reporting channel', () => {
    expect(readLine('/首报 电话')).toEqual({ do: 'report', channel: 'phone' })
    expect(readLine('/report')).toEqual({ do: 'report', channel: 'written' })
  })
})

describe('figures typed in one line', () => {
  const metrics = [
    { key: 'dead', zh: '死亡', en: 'dead', words: ['遇难', '死'] },
    { key: 'serious_injured', zh: '重伤', en: 'seriously injured', words: [] },
    { key: 'injured', zh: '受伤（伤情未分）', en: 'injured (severity not known)', words: ['伤', 'injured'] },
  ]
  it('are read by name, word or English name, with unit and source', () => {
    expect(readFigure('重伤 2 县医院', metrics)).toEqual({ metric: 'serious_injured', value: 2, source: '县医院' })
    expect(readFigure('伤2人 孟定卫生院', metrics)).toEqual({ metric: 'injured', value: 2, source: '孟定卫生院' })
    expect(readFigure('seriously injured 12 county hospital', metrics)).toEqual({ metric: 'serious_injured', value: 12, source: 'county hospital' })
    expect(readFigure('死 0', metrics)).toEqual({ metric: 'dead', value: 0, source: '' })
  })
  it('are refused when the figure is not known', () => {
    expect(readFigure('猫 3', metrics)).toBeNull()
    expect(readFigure('重伤', metrics)).toBeNull()
  })
})
