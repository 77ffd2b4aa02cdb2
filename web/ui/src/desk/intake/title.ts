/** A title for a new incident from what its source says. Pure. */
import type { Alert, Call } from '@/wire/objects'
import { currentLocale } from '@/i18n/locale'

export function proposeTitle(alert: Alert | null, call: Call | null, className: (key: string | null) => string): string {
  if (alert) {
    if (alert.magnitude !== null && alert.class_key?.startsWith('nd.quake')) {
      const where = placeOf(alert.headline)
      const size = alert.magnitude.toFixed(1)
      return currentLocale() === 'zh' ? `${where && /[\u4e00-\u9fff]/.test(where) ? where : ''}${size}级地震` : `M ${size} earthquake${where ? `, ${where}` : ''}`
    }
    return alert.headline.slice(0, 120)
  }
  if (call) {
    const what = className(call.class_key)
    if (call.place && what) return currentLocale() === 'zh' ? `${shortPlace(call.place)}${what}` : `${what}, ${call.place}`
    return call.text.slice(0, 60)
  }
  return ''
}

/** `M 5.5 - 86 km WSW of Lincang, China` → `86 km WSW of Lincang, China`; `云南临沧5.5级地震` → `云南临沧`. */
function placeOf(headline: string): string {
  const dash = /^M\s*[\d.]+\s*[-–—]\s*(.+)$/i.exec(headline)
  if (dash) return dash[1] ?? ''
  const before = /^(.*?)[\d.]+\s*级/.exec(headline)
  return before?.[1]?.replace(/发生\s*$/, '').trim() ?? ''
}

/** `耿马傣族佤族自治县孟定镇糖厂` → `孟定镇糖厂`: the county goes without saying on the city's own desk. */
function shortPlace(place: string): string {
  return place.replace(/^(云南省)?(临沧市)?/, '').replace(/^[\u4e00-\u9fff]{2,12}?(自治县|县|区)(?=[\u4e00-\u9fff]{2})/, '')
}
