/** SHA-256 (FIPS 180-4) as lower-case hex. A phone on a plain-http LAN address has no `crypto.subtle`, so the arithmetic is here too. */

export async function sha256(content: Blob): Promise<string> {
  const bytes = new Uint8Array(await content.arrayBuffer())
  const subtle = (globalThis.crypto as Crypto | undefined)?.subtle as SubtleCrypto | undefined
  if (subtle === undefined) return hex(digest(bytes))
  return hex(new Uint8Array(await subtle.digest('SHA-256', bytes)))
}

function hex(bytes: Uint8Array): string {
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('')
}

const PRIMES = firstPrimes(64)
const K = Uint32Array.from(PRIMES, (prime) => fraction(Math.cbrt(prime)))
const START = Uint32Array.from(PRIMES.slice(0, 8), (prime) => fraction(Math.sqrt(prime)))

function firstPrimes(count: number): number[] {
  const primes: number[] = []
  for (let n = 2; primes.length < count; n += 1) if (primes.every((prime) => n % prime !== 0)) primes.push(n)
  return primes
}

/** The first 32 bits of the fractional part. */
function fraction(x: number): number {
  return Math.floor((x - Math.floor(x)) * 2 ** 32)
}

export function digest(message: Uint8Array): Uint8Array {
  const words = padded(message)
  const state = Uint32Array.from(START)
  const w = new Uint32Array(64)
  for (let at = 0; at < words.length; at += 16) compress(state, w, words.subarray(at, at + 16))
  const out = new DataView(new ArrayBuffer(32))
  state.forEach((word, index) => {
    out.setUint32(index * 4, word)
  })
  return new Uint8Array(out.buffer)
}

function padded(message: Uint8Array): Uint32Array {
  const blocks = Math.ceil((message.length + 9) / 64)
  const view = new DataView(new ArrayBuffer(blocks * 64))
  new Uint8Array(view.buffer).set(message)
  view.setUint8(message.length, 0x80)
  view.setUint32(blocks * 64 - 8, Math.floor(message.length / 2 ** 29))
  view.setUint32(blocks * 64 - 4, (message.length << 3) >>> 0)
  return Uint32Array.from({ length: blocks * 16 }, (_, index) => view.getUint32(index * 4))
}

function turn(x: number, by: number): number {
  return (x >>> by) | (x << (32 - by))
}

function compress(state: Uint32Array, w: Uint32Array, block: Uint32Array): void {
  w.set(block)
  for (let t = 16; t < 64; t += 1) {
    const w15 = w[t - 15] ?? 0
    const w2 = w[t - 2] ?? 0
    const small0 = turn(w15, 7) ^ turn(w15, 18) ^ (w15 >>> 3)
    const small1 = turn(w2, 17) ^ turn(w2, 19) ^ (w2 >>> 10)
    w[t] = (w[t - 16] ?? 0) + small0 + (w[t - 7] ?? 0) + small1
  }
  let [a, b, c, d, e, f, g, h] = state as unknown as [number, number, number, number, number, number, number, number]
  for (let t = 0; t < 64; t += 1) {
    const big1 = turn(e, 6) ^ turn(e, 11) ^ turn(e, 25)
    const choose = (e & f) ^ (~e & g)
    const one = (h + big1 + choose + (K[t] ?? 0) + (w[t] ?? 0)) | 0
    const big0 = turn(a, 2) ^ turn(a, 13) ^ turn(a, 22)
    const two = (big0 + ((a & b) ^ (a & c) ^ (b & c))) | 0
    ;[h, g, f, e, d, c, b, a] = [g, f, e, (d + one) | 0, c, b, a, (one + two) | 0]
  }
  ;[a, b, c, d, e, f, g, h].forEach((value, index) => {
    state[index] = (state[index] ?? 0) + value
  })
}
