/** A hospital's level (医院等级) in the reader's language; one that the city writes otherwise stands as it is written. */
import { useI18n } from 'vue-i18n'

export function useHospitalLevel(): (level: string | null | undefined) => string {
  const { t, te } = useI18n()
  return (level) => (level && te(`resources.hospital_level.${level}`) ? t(`resources.hospital_level.${level}`) : level ?? '')
}
