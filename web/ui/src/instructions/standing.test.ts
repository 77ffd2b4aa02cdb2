import { describe, expect, it } from 'vitest'
import type { Consultation, Instruction, Opinion } from '@/wire/objects'
import { consultationDue, consultationTone, instructionTone, mustAddress, opinionMark, partOf, sortInstructions } from './standing'

const at = (minutes: number) => new Date(Date.UTC(2026, 2, 1, 10, minutes)).toISOString()
const ms = (minutes: number) => Date.parse(at(minutes))
const instruction = (over: Partial<Instruction>): Instruction => ({
  id: '1', no: 'P01', incident_id: null, incident_title: null, area_code: null, leader_name: '李', leader_post: null, leader_account: null, channel: 'oral', urgency: 'urgent', text: '查', files: [],
  state: 'captured', given_at: at(0), captured_at: at(0), captured_by: { id: 'a', name: 'a' }, feedback_due: at(60), orders: { open: 0, closed: 0, total: 0 }, urged: [], escalated: [], answers: [],
  sent_back: null, ended: null, version: 1, updated_at: at(0), ...over,
})
const opinion = (over: Partial<Opinion>): Opinion => ({ id: 'o', department: 'PSB', question: null, asked_at: at(0), due: at(20), state: 'asked', stance: null, text: null, decision_mode: null, given: null, escalated: [], late: [], ...over })
const consultation = (over: Partial<Consultation>): Consultation => ({
  id: 'c', no: 'H01', incident_id: 'i', incident_title: '', subject: 'road_closure', title: '', question: '', safety: true, mode: 'explicit', asker: { id: 'a', name: 'a' }, asker_department: null, lead: 'EMB',
  state: 'asked', requested_at: at(0), merge_due: null, merge_escalated: [], opinions: [opinion({}), opinion({ department: 'TRA', due: at(40) })], answer: null, withdrawn: null, version: 1, updated_at: at(0), ...over,
})

describe('instructions', () => {
  it('count from when the leader spoke, then from the last word he was given', () => {
    expect(instructionTone(instruction({}), ms(30))).toBe('intime')
    expect(instructionTone(instruction({}), ms(61))).toBe('overdue')
    const answers = [{ final: false, text: '', channel: 'oral' as const, to: '', reason: null, by: { id: 'a', name: 'a' }, at: at(50) }]
    expect(instructionTone(instruction({ answers, feedback_due: at(110) }), ms(61))).toBe('intime')
  })
  it('stand with what is owed first, by its clock', () => {
    const all = [instruction({ id: 'closed', state: 'closed' }), instruction({ id: 'late', feedback_due: at(90) }), instruction({ id: 'answered', state: 'answered' }), instruction({ id: 'soon' })]
    expect(sortInstructions(all).map((one) => one.id)).toEqual(['soon', 'late', 'answered', 'closed'])
  })
})

describe('consultations', () => {
  it('are as late as their latest opinion', () => {
    expect(consultationTone(consultation({}), ms(5))).toBe('intime')
    expect(consultationTone(consultation({}), ms(21))).toBe('overdue')
    expect(consultationTone(consultation({ opinions: [opinion({ stance: 'agree', state: 'given' }), opinion({ due: at(40) })] }), ms(21))).toBe('intime')
    expect(consultationDue(consultation({}))).toBe(at(20))
  })
  it('tick who agrees and nobody who objects; a silent one has the mark of its clock', () => {
    const marks = (['agree', 'conditions', 'disagree', 'abstain'] as const).map((stance) => opinionMark(opinion({ stance }), ms(5)).shape)
    expect(marks).toEqual(['✓', '◐', '✗', '○'])
    expect(opinionMark(opinion({}), ms(21)).shape).toBe('▲')
  })
  it('say what a department has to do', () => {
    expect(partOf(consultation({}), 'PSB')).toBe('answer')
    expect(partOf(consultation({ state: 'ready' }), 'EMB')).toBe('merge')
    expect(partOf(consultation({ asker_department: 'WAT' }), 'WAT')).toBe('asked')
    expect(partOf(consultation({}), 'HEB')).toBe('other')
  })
  it('must answer objections, and conditions that are not taken up', () => {
    const one = consultation({ opinions: [opinion({ stance: 'disagree' }), opinion({ department: 'TRA', stance: 'conditions' })] })
    expect(mustAddress(one, 'approved').map((o) => o.department)).toEqual(['PSB', 'TRA'])
    expect(mustAddress(one, 'conditional').map((o) => o.department)).toEqual(['PSB'])
  })
})
