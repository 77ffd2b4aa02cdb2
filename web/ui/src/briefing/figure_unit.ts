/** The unit of a figure in the reader's language. Some have none in one language (震级 5.5 级, magnitude 5.5), which is not the same as unknown. */
import { useCatalogue } from '@/catalogue/catalogue'
import { locale } from '@/i18n/locale'

export function useFigureUnit(): (metric: string, told?: string | null) => string {
  const { metrics } = useCatalogue()
  return (metric, told = null) => metrics.value.get(metric)?.[`unit_${locale.value}`] ?? told ?? ''
}
