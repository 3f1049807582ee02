import { lax, numpy as np } from '@jax-js/jax'

export type Pad = 'same' | 'valid'

/** conv2d of images [b, height, width, c] with a filter [h, w, c, o], by jax-js, which wants channels first. */
export function convolve(x: np.Array, filter: np.Array, stride: number, pad: Pad): np.Array {
  const padding = pad === 'same' ? 'SAME' : 'VALID'
  const outputFirst = filter.transpose([3, 2, 0, 1])
  return toChannelsLast(lax.convGeneralDilated(toChannelsFirst(x), outputFirst, [stride, stride], padding))
}

/** Depthwise conv2d with a filter [h, w, c, m]. */
export function convolveDepthwise(x: np.Array, filter: np.Array, stride: number, pad: Pad): np.Array {
  const padding = pad === 'same' ? 'SAME' : 'VALID'
  const [height = 0, width = 0, channels = 0, multiplier = 0] = filter.shape
  const grouped = filter.transpose([2, 3, 0, 1]).reshape([channels * multiplier, 1, height, width])
  const options = { featureGroupCount: channels }
  return toChannelsLast(
    lax.convGeneralDilated(toChannelsFirst(x), grouped, [stride, stride], padding, options),
  )
}

/** The transpose of a conv2d at stride 2 and pad same, filter [3, 2, c, o], even sizes. */
export function convolveTransposed(y: np.Array, filter: np.Array): np.Array {
  const turned = np.flip(filter, [0, 1]).transpose([2, 3, 0, 1])
  const options = { lhsDilation: [2, 2] }
  return toChannelsLast(lax.convGeneralDilated(toChannelsFirst(y), turned, [1, 1], [[2, 1], [1, 1]], options)) // prettier-ignore
}

/** Max pooling by its definition. A window that padding cuts short repeats its first pixel. */
export function maxPool(x: np.Array, window: Window, stride: number, pad: Pad): np.Array {
  const windows = windowsOf(x.shape, window, stride, pad)
  const size = Math.max(...windows.pixels.map(pixels => pixels.length))
  const places = windows.pixels.map(pixels =>
    Array.from({ length: size }, (_, i) => pixels[i] ?? pixels[0] ?? NaN),
  )
  const [batch = 0, height = 0, width = 0, channels = 0] = x.shape
  const flat = x.reshape([batch, height * width, channels])
  const values = np.take(flat, np.array(places, { dtype: np.int32 }), 1)
  return np.max(values, 2).reshape([batch, windows.height, windows.width, channels])
}

/** Average pooling by its definition: a mean over the pixels that exist. */
export function averagePool(x: np.Array, window: Window, stride: number, pad: Pad): np.Array {
  const windows = windowsOf(x.shape, window, stride, pad)
  const [batch = 0, height = 0, width = 0, channels = 0] = x.shape
  const weights = windows.pixels.map(pixels =>
    Array.from({ length: height * width }, (_, pixel) => (pixels.includes(pixel) ? 1 / pixels.length : 0)),
  )
  const flat = x.reshape([batch, height * width, channels])
  const means = np.einsum('op,npc->noc', np.array(weights, { dtype: np.float64 }), flat)
  return means.reshape([batch, windows.height, windows.width, channels])
}

type Window = number | readonly [height: number, width: number]

interface Windows {
  readonly height: number
  readonly width: number
  /** For each window the pixels that it covers. */
  readonly pixels: number[][]
}

function windowsOf([, rows = 0, columns = 0]: number[], window: Window, stride: number, pad: Pad): Windows {
  const [height, width] = typeof window === 'number' ? [window, window] : window
  const along = (size: number, length: number): number[][] => {
    const count = pad === 'same' ? Math.ceil(size / stride) : Math.floor((size - length) / stride) + 1
    const before = pad === 'same' ? Math.max(0, (count - 1) * stride + length - size) >> 1 : 0
    return Array.from({ length: count }, (_, o) =>
      Array.from({ length }, (__, i) => o * stride - before + i).filter(i => i >= 0 && i < size),
    )
  }
  const [down, across] = [along(rows, height), along(columns, width)]
  return {
    height: down.length,
    width: across.length,
    pixels: down.flatMap(r => across.map(c => r.flatMap(i => c.map(j => columns * i + j)))),
  }
}

function toChannelsFirst(x: np.Array): np.Array {
  return x.transpose([0, 3, 1, 2])
}

function toChannelsLast(x: np.Array): np.Array {
  return x.transpose([0, 2, 3, 1])
}
