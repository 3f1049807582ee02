import * as tf from '@tensorflow/tfjs'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { type BackendName, useBackend } from './backend.ts'
import { crossEntropy } from './cross-entropy.ts'
import { runKernel } from './kernels.ts'
import { randomStream } from './random-stream.ts'

/** One numeric suite for every backend, native where set-up builds it: wasm alone must pass what native passes. */
const builtHere = process.platform === 'linux' && process.arch === 'x64'
const backends: BackendName[] = builtHere ? ['native', 'wasm', 'cpu'] : ['wasm', 'cpu']

function normal(label: string, shape: number[]): tf.Tensor {
  return tf.tensor(randomStream(3).fork(label).normal(tf.util.sizeFromShape(shape)), shape)
}

/** ‖a − b‖ / ‖b‖, on the host. */
function relativeError(a: ArrayLike<number>, b: ArrayLike<number>): number {
  expect(a.length).toBe(b.length)
  let difference = 0
  let norm = 0
  for (let i = 0; i < b.length; i++) {
    difference += ((a[i] ?? NaN) - (b[i] ?? NaN)) ** 2
    norm += (b[i] ?? NaN) ** 2
  }
  return Math.sqrt(difference / norm)
}

describe.each(backends)('on %s', name => {
  beforeEach(async () => {
    await useBackend(name)
    tf.engine().startScope()
  })
  afterEach(() => {
    tf.engine().endScope()
  })

  test('it is the backend asked for', () => {
    expect(tf.getBackend()).toBe(name === 'native' ? 'tensorflow' : name)
  })

  test('matMul: [1 2; 3 4] times itself, with every transposition, by hand', () => {
    const m = tf.tensor2d([1, 2, 3, 4], [2, 2])
    const data = (a: boolean, b: boolean): number[] => [...tf.matMul(m, m, a, b).dataSync()]
    expect(data(false, false)).toEqual([7, 10, 15, 22])
    expect(data(true, false)).toEqual([10, 14, 14, 20])
    expect(data(false, true)).toEqual([5, 11, 11, 25])
    expect(data(true, true)).toEqual([7, 15, 10, 22])
  })

  test('matMul in batches broadcasts, transposed too', () => {
    const a = tf.tensor3d([1, 2, 3, 4, 5, 6, 7, 8], [2, 2, 2])
    const b = tf.tensor3d([1, 0, 0, 2], [1, 2, 2])
    expect([...tf.matMul(a, b, true).dataSync()]).toEqual([1, 6, 2, 8, 5, 14, 6, 16])
  })

  test('relu: value, gradient and zero slope at 0', () => {
    const x = tf.tensor1d([-1, 0, 2])
    expect([...tf.relu(x).dataSync()]).toEqual([0, 0, 2])
    expect([
      ...tf
        .grad(z =>
          tf
            .relu(z)
            .mul(tf.tensor1d([5, 6, 7]))
            .sum(),
        )(x)
        .dataSync(),
    ]).toEqual([0, 0, 7])
  })

  test('crossEntropy: log 2 at equal logits, finite at logits of ±1000, gradient (softmax − y)/b', () => {
    const labels = tf.tensor2d([1, 0, 0, 1], [2, 2])
    expect(crossEntropy(tf.zeros([2, 2]), labels).dataSync()[0]).toBeCloseTo(Math.log(2), 6)
    const extreme = tf.tensor2d([1000, -1000, 1000, -1000], [2, 2])
    expect(crossEntropy(extreme, labels).dataSync()[0]).toBeCloseTo(1000, 3)
    const gradient = tf.grad(z => crossEntropy(z, labels))(tf.zeros([2, 2]))
    expect([...gradient.dataSync()]).toEqual([-0.25, 0.25, 0.25, -0.25])
  })

  test('crossEntropy refuses shapes that differ and labels to be differentiated', () => {
    expect(() => crossEntropy(tf.zeros([2, 3]), tf.zeros([3, 2]))).toThrow('got [2,3] and [3,2]')
    expect(() => tf.grad(y => crossEntropy(tf.zeros([1, 2]), y))(tf.tensor2d([[1, 0]]))).toThrow(
      'by its labels',
    )
  })

  test('crossEntropy: its Hessian in the logits is (diag(p) − ppᵀ)/b', () => {
    const labels = tf.tensor2d([0, 1, 0], [1, 3])
    const z = tf.tensor2d([0.5, -1, 2], [1, 3])
    const v = tf.tensor2d([1, 2, -1], [1, 3])
    const product = tf.grad(w =>
      tf
        .grad(u => crossEntropy(u, labels))(w)
        .mul(v)
        .sum(),
    )(z)
    const p = [...tf.softmax(z).dataSync()]
    const mean = (p[0] ?? 0) + 2 * (p[1] ?? 0) - (p[2] ?? 0)
    const expected = [1, 2, -1].map((direction, k) => (p[k] ?? 0) * (direction - mean))
    expect(relativeError(product.dataSync(), expected)).toBeLessThan(1e-5)
  })

  test.each([
    ['same', 1],
    ['valid', 1],
    ['same', 2],
    ['valid', 2],
  ] as const)('conv2d with pad %s and stride %i: both gradients equal central differences', (pad, stride) => {
    const x = normal('x', [2, 6, 7, 3]) as tf.Tensor4D
    const filter = normal('filter', [3, 2, 3, 4]) as tf.Tensor4D
    const weights = normal('weights', tf.conv2d(x, filter, stride, pad).shape)
    const loss = (u: tf.Tensor, w: tf.Tensor): tf.Scalar =>
      tf
        .conv2d(u as tf.Tensor4D, w as tf.Tensor4D, stride, pad)
        .mul(weights)
        .sum()
    const [dx, dw] = tf.grads(loss)([x, filter])
    // The loss is linear in each argument, so a difference along a direction is exact up to rounding.
    const slope = (a: tf.Tensor, b: tf.Tensor, da: tf.Tensor, db: tf.Tensor): number =>
      ((loss(a.add(da), b.add(db)).dataSync()[0] ?? NaN) -
        (loss(a.sub(da), b.sub(db)).dataSync()[0] ?? NaN)) /
      2
    const u = normal('u', x.shape)
    const w = normal('w', filter.shape)
    const along = (gradient: tf.Tensor | undefined, direction: tf.Tensor): number =>
      gradient?.mul(direction).sum().dataSync()[0] ?? NaN
    expect(along(dx, u) / slope(x, filter, u, tf.zerosLike(filter))).toBeCloseTo(1, 3)
    expect(along(dw, w) / slope(x, filter, tf.zerosLike(x), w)).toBeCloseTo(1, 3)
  })

  test('a Hessian-vector product through conv2d, relu, maxPool and cross-entropy equals differences of gradients', () => {
    const x = normal('images', [4, 8, 8, 2]) as tf.Tensor4D
    const labels = tf.oneHot(tf.tensor1d([0, 2, 1, 2], 'int32'), 3).toFloat()
    const theta = [normal('w1', [3, 3, 2, 3]).mul(0.3), normal('w2', [48, 3]).mul(0.3)]
    const loss = (...[w1, w2]: tf.Tensor[]): tf.Scalar => {
      const features = tf.maxPool(tf.relu(tf.conv2d(x, w1 as tf.Tensor4D, 1, 'same')), 2, 2, 'valid')
      return crossEntropy(tf.matMul(features.reshape([4, 48]), w2 as tf.Tensor2D), labels)
    }
    const v = [normal('v1', [3, 3, 2, 3]), normal('v2', [48, 3])]
    const gradient = tf.grads(loss)
    const product = tf.grads((...w: tf.Tensor[]) => {
      const g = gradient(w)
      return tf.addN(g.map((gi, i) => gi.mul(v[i] ?? 0).sum()))
    })(theta)
    // Small, since the gradient jumps where a pooling window's maximum changes place; none does within ±h.
    const h = 3e-4
    const at = (sign: number): tf.Tensor[] =>
      gradient(theta.map((t, i) => t.add((v[i] ?? tf.scalar(0)).mul(sign * h))))
    const [plus, minus] = [at(1), at(-1)]
    for (const [i, hv] of product.entries()) {
      const difference = plus[i]?.sub(minus[i] ?? 0).div(2 * h)
      expect(relativeError(hv.dataSync(), difference?.dataSync() ?? [])).toBeLessThan(1e-3)
    }
  })

  test.each([
    [2, 2, 'valid', 8],
    [2, 2, 'valid', 7],
    [3, 2, 'same', 7],
    [3, 1, 'valid', 7],
  ] as const)(
    'the gradient of maxPool %i/%i %s at height %i: each dy where its window is largest',
    (size, stride, pad, height) => {
      const x = normal('pooled', [2, height, 6, 3]) as tf.Tensor4D
      const dy = normal('dy', tf.maxPool(x, size, stride, pad).shape)
      const h = 1e-3
      const v = normal('direction', x.shape)
      const loss = (u: tf.Tensor): tf.Scalar =>
        tf
          .maxPool(u as tf.Tensor4D, size, stride, pad)
          .mul(dy)
          .sum()
      const gradient = tf.grad(loss)(x)
      // Piecewise linear: with this seed no maximum changes place within ±h, so the difference is exact up to rounding.
      const difference = loss(x.add(v.mul(h)))
        .sub(loss(x.sub(v.mul(h))))
        .div(2 * h)
      expect(gradient.mul(v).sum().div(difference).dataSync()[0]).toBeCloseTo(1, 2)
    },
  )

  test('where a window has several maxima, as after relu, dy goes to one of them whole', () => {
    const x = tf.relu(normal('ties', [3, 8, 8, 2])) as tf.Tensor4D
    const dy = normal('dy', [3, 4, 4, 2]).abs()
    const gradient = tf.grad(u =>
      tf
        .maxPool(u as tf.Tensor4D, 2, 2, 'valid')
        .mul(dy)
        .sum(),
    )(x)
    const windows = tf.avgPool(gradient as tf.Tensor4D, 2, 2, 'valid').mul(4)
    expect(relativeError(windows.dataSync(), dy.dataSync())).toBeLessThan(1e-6)
    const places = tf.avgPool(gradient.greater(0).toFloat() as tf.Tensor4D, 2, 2, 'valid').mul(4)
    expect(new Set(places.dataSync())).toEqual(new Set([1]))
  })

  test.each([
    [2, 2, 'valid'],
    [2, 2, 'same'],
    [3, 2, 'valid'],
    [3, 2, 'same'],
  ] as const)(
    'maxPool %i/%i, %s: ⟨M·dy, u⟩ = ⟨dy, Mᵀu⟩ for its gradient M, where maxima tie too',
    (size, stride, pad) => {
      const x = normal('ties', [2, 7, 7, 2]).mul(2).round() as tf.Tensor4D
      const u = normal('u', x.shape)
      const gradient = (dy: tf.Tensor): tf.Tensor =>
      tf.grad(z => tf.maxPool(z as tf.Tensor4D, size, stride, pad).mul(dy).sum())(x) // prettier-ignore
      const dy = normal('dy', tf.maxPool(x, size, stride, pad).shape)
      const transposed = tf.grad(w => gradient(w).mul(u).sum())(dy)
      const [left = NaN] = gradient(dy).mul(u).sum().dataSync()
      const [right = NaN] = transposed.mul(dy).sum().dataSync()
      expect(left / right).toBeCloseTo(1, 4)
    },
  )

  test.each([1, 0] as const)('maxPool with pad %s has no verified second derivative', pad => {
    const x = normal('pool', [1, 6, 6, 1]) as tf.Tensor4D
    // TensorFlow's own kernels take no number, at the first gradient already.
    const refusal = `MaxPool with pad ${pad} has no verified second derivative`
    const pooled = (u: tf.Tensor): tf.Tensor =>
      tf
        .maxPool(u as tf.Tensor4D, 2, 2, pad)
        .square()
        .sum()
    expect(() => tf.grad(u => tf.grad(pooled)(u).sum())(x)).toThrow(
      name === 'native' && pad === 1 ? "supports only 'valid' and 'same' padding" : refusal,
    )
  })

  test('avgPool with pad same: where the border cuts a window, its gradient is the share of a pixel there', () => {
    const pool = (u: tf.Tensor): tf.Tensor => tf.avgPool(u as tf.Tensor4D, 2, 2, 'same').sum()
    const gradient = tf.grad(pool)(normal('pool', [1, 3, 3, 1]))
    expect([...gradient.dataSync()]).toEqual([0.25, 0.25, 0.5, 0.25, 0.25, 0.5, 0.5, 0.5, 1])
  })

  test('the same seed gives bitwise equal results twice', () => {
    const once = (): Uint8Array => {
      const product = tf.matMul(normal('a', [33, 65]), normal('b', [65, 17]))
      return new Uint8Array(product.dataSync().buffer.slice(0))
    }
    expect(once()).toEqual(once())
  })
})

test.each<[kind: string, pad: 1 | [[0, 0], [1, 1], [1, 0], [0, 0]]]>([
  ['a number', 1],
  ['explicit', [[0, 0], [1, 1], [1, 0], [0, 0]]], // prettier-ignore
])(
  'on wasm, conv2d refuses a pad that is %s, plain and fused, before it writes past its output',
  async (_, pad) => {
    await useBackend('wasm')
    tf.tidy(() => {
      const x = normal('x', [2, 6, 7, 3]) as tf.Tensor4D
      const filter = normal('filter', [3, 2, 3, 4]) as tf.Tensor4D
      const message = `pad is ${JSON.stringify(pad)}; it must be 'same' or 'valid'`
      expect(() => tf.conv2d(x, filter, 1, pad)).toThrow(message)
      expect(() => tf.fused.conv2d({ x, filter, strides: 1, pad })).toThrow(message)
      const attributes = { strides: 1, pad, dataFormat: 'NHWC' }
      const dy = tf.zeros([2, 6, 7, 4])
      const gradients = [
        ['Conv2DBackpropInput', { dy, filter }, { ...attributes, inputShape: x.shape }],
        ['Conv2DBackpropFilter', { x, dy }, { ...attributes, filterShape: filter.shape }],
      ] as const
      for (const [kernel, inputs, given] of gradients)
        expect(() => runKernel(kernel, inputs, given as unknown as tf.NamedAttrMap)).toThrow(message)
    })
  },
)

test('an error inside a differentiated function, nested too, leaves no tensor behind and the next gradient right', async () => {
  await useBackend(backends[0])
  const x = tf.tensor1d([1, 2])
  const failing = (z: tf.Tensor): tf.Scalar => {
    if (z.exp().tanh().rank === 1) throw new Error('a user error')
    return z.sum()
  }
  const before = tf.memory().numTensors
  expect(() => tf.grad(failing)(x)).toThrow('a user error')
  expect(() => tf.grad(z => tf.grad(failing)(z.square()).sum())(x)).toThrow('a user error')
  expect(tf.memory().numTensors).toBe(before)
  tf.tidy(() => {
    expect([
      ...tf
        .grad(z => z.square().sum())(x)
        .dataSync(),
    ]).toEqual([2, 4])
  })
  x.dispose()
})
