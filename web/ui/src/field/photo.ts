/** Photographs made small enough for a weak signal: at most 2 MB and 1920 px, turned upright, without the camera's hidden data. */

const MOST_BYTES = 2_000_000
const LONGEST_SIDE = 1_920
const QUALITIES = [0.82, 0.7, 0.55, 0.4] as const

export interface Size {
  readonly width: number
  readonly height: number
}

export function fitted(size: Size, longest: number): Size {
  const factor = Math.min(1, longest / Math.max(size.width, size.height))
  return { width: Math.max(1, Math.round(size.width * factor)), height: Math.max(1, Math.round(size.height * factor)) }
}

/** A JPEG drawn anew, so place and device written into the original do not leave the phone. Throws when it is not a picture. */
export async function madeSmall(original: Blob): Promise<Blob> {
  const bitmap = await createImageBitmap(original, { imageOrientation: 'from-image' })
  try {
    for (let longest = LONGEST_SIDE; longest >= 480; longest = Math.round(longest * 0.7)) {
      const canvas = drawn(bitmap, fitted(bitmap, longest))
      for (const quality of QUALITIES) {
        const blob = await encoded(canvas, quality)
        if (blob.size <= MOST_BYTES) return blob
      }
    }
    throw new Error('the photograph stays above 2 MB')
  } finally {
    bitmap.close()
  }
}

function drawn(bitmap: ImageBitmap, size: Size): HTMLCanvasElement {
  const canvas = document.createElement('canvas')
  canvas.width = size.width
  canvas.height = size.height
  const pen = canvas.getContext('2d')
  if (pen === null) throw new Error('no canvas')
  pen.drawImage(bitmap, 0, 0, size.width, size.height)
  return canvas
}

function encoded(canvas: HTMLCanvasElement, quality: number): Promise<Blob> {
  return new Promise((resolve, reject) => {
    canvas.toBlob(
      (blob) => {
        if (blob === null) reject(new Error('the photograph cannot be encoded'))
        else resolve(blob)
      },
      'image/jpeg',
      quality,
    )
  })
}
