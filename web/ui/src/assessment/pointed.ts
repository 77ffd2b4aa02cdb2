/** What of an assessment is pointed at, shared by the panel and the map: one zone, one what-if beside the live answer. */
import { ref, shallowRef } from 'vue'

/** Key of a zone of the live answer. */
export const pointedZone = ref<string | null>(null)
/** The what-if whose outline lies on the map beside the live answer. */
export const shownWhatIf = ref<string | null>(null)
/** Probabilities as counts of like events instead of per cent. */
export const asCounts = ref(false)
/** Where the map should look, set by a press on a place in a list; each screen that has a map takes it. */
export const lookAt = shallowRef<{ lon: number; lat: number; zoom?: number } | null>(null)

export function point(zone: string): void {
  pointedZone.value = pointedZone.value === zone ? null : zone
}

/** Another incident: nothing of the last one is pointed at any more. */
export function pointAway(): void {
  pointedZone.value = null
  shownWhatIf.value = null
}
