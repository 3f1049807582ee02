import * as tf from '@tensorflow/tfjs'

/** Whether `withRate` knows how this optimiser uses its rate: those of `tf.train`, and no classes derived from them. */
export function takesRateAsTensor(optimizer: tf.Optimizer): boolean {
  return KEEPS_TENSOR.has(optimizer.constructor) || USES_NUMBER.has(optimizer.constructor)
}

/** They hold −rate as the tensor `c`. */
const KEEPS_TENSOR: ReadonlySet<unknown> = new Set([tf.SGDOptimizer, tf.MomentumOptimizer])

/** They read the number in each step, and give it (1) or its negative (−1) to the operation that they call next. */
const USES_NUMBER: ReadonlyMap<unknown, 1 | -1> = new Map<unknown, 1 | -1>([
  [tf.AdagradOptimizer, -1],
  [tf.AdadeltaOptimizer, -1],
  [tf.AdamOptimizer, -1],
  [tf.AdamaxOptimizer, -1],
  [tf.RMSPropOptimizer, 1],
])

/**
 * Runs some work in which a step of the optimiser takes its rate from a tensor, instead of from its number: so a graph of
 * it holds for any rate.
 */
export function withRate<R>(optimizer: tf.Optimizer, rate: tf.Scalar, work: () => R): R {
  const sign = USES_NUMBER.get(optimizer.constructor)
  return sign === undefined
    ? withTensor(optimizer as unknown as { c: tf.Tensor }, rate, work)
    : withNumber(optimizer as unknown as Rated, sign, rate, work)
}

function withTensor<R>(optimizer: { c: tf.Tensor }, rate: tf.Scalar, work: () => R): R {
  const { c } = optimizer
  const negative = rate.neg()
  optimizer.c = negative
  try {
    return work()
  } finally {
    optimizer.c = c
    negative.dispose()
  }
}

interface Rated {
  learningRate: number
  applyGradients(gradients: Parameters<tf.Optimizer['applyGradients']>[0]): void
}

function withNumber<R>(optimizer: Rated, sign: 1 | -1, rate: tf.Scalar, work: () => R): R {
  const stock = optimizer.applyGradients.bind(optimizer)
  optimizer.applyGradients = gradients => {
    const number = optimizer.learningRate
    const plain = { enumerable: true, configurable: true }
    const isOpen = withScalars(number * sign, rate, sign, read => {
      const get = (): number => {
        read()
        return number
      }
      Object.defineProperty(optimizer, 'learningRate', { ...plain, get })
      try {
        stock(gradients)
      } finally {
        Object.defineProperty(optimizer, 'learningRate', { ...plain, value: number, writable: true })
      }
    })
    if (isOpen) throw new Error('an optimiser of tf.train did not compute with the rate that it read')
  }
  try {
    return work()
  } finally {
    Reflect.deleteProperty(optimizer, 'applyGradients')
  }
}

/**
 * Runs some work during which, after each call of `read`, the next scalar of this value that is made is ±rate instead.
 *
 * @returns whether that did not happen after the last `read`
 */
function withScalars(
  value: number,
  rate: tf.Scalar,
  sign: 1 | -1,
  work: (read: () => void) => void,
): boolean {
  const engine = tf.engine()
  const stock = engine.makeTensor.bind(engine)
  const own = Object.getOwnPropertyDescriptor(engine, 'makeTensor')
  let isOpen = false
  engine.makeTensor = (...given) => {
    const [values, shape] = given
    if (!isOpen || shape.length > 0 || values[0] !== Math.fround(value)) return stock(...given)
    isOpen = false
    return sign < 0 ? rate.neg() : rate.clone()
  }
  try {
    work(() => {
      isOpen = true
    })
  } finally {
    Reflect.deleteProperty(engine, 'makeTensor')
    if (own) Object.defineProperty(engine, 'makeTensor', own)
  }
  return isOpen
}
