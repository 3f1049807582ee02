import * as tf from '@tensorflow/tfjs'
import { derivativeCases } from './derivative-cases.ts'
import { checkHessian } from './hessian-check.ts'

/** What the check says of some cases in a process where nothing of TensorFlow.js was mended. */
export async function stockErrors(...names: string[]): Promise<(number | null)[]> {
  await tf.setBackend('cpu')
  return names.map(name => {
    const given = derivativeCases.find(one => one.name === name)
    return given === undefined ? null : checkHessian(given).oracle
  })
}
