/** What is half written stays written when a sheet is closed by mistake. */
import { ref } from 'vue'
import type { HelpKind } from '@/wire/objects'

export const helpDraft = ref<{ kinds: HelpKind[]; text: string }>({ kinds: [], text: '' })
export const noteDraft = ref('')
export const reportDraft = ref('')
export const captionDraft = ref('')
