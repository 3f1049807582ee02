import * as tf from '@tensorflow/tfjs'
import { slopedInputs } from './flat-inputs.ts'
import { refuseUnverified } from './verified-operations.ts'

interface TapeNode {
  readonly kernelName: string
  readonly outputs: readonly tf.Tensor[]
  gradient?: (dys: tf.Tensor[]) => unknown
}

type AddTapeNode = (
  kernelName: string,
  inputs: tf.NamedTensorMap,
  outputs: tf.Tensor[],
  gradient: unknown,
  saved: tf.Tensor[],
  attributes: tf.NamedAttrMap | undefined,
) => void

/** The part of the engine that records operations on the gradient tape (tfjs-core 4.22, `engine.ts`). */
interface RecordingEngine {
  addTapeNode: AddTapeNode
  isTapeOn(): boolean
  readonly state: { readonly gradientDepth: number; readonly activeTape: TapeNode[] }
}

/**
 * Makes nested gradients right, and refuses those that nobody has verified.
 *
 * TensorFlow.js keeps a clone of every tensor that a gradient will need. The clone of an operation's *output* goes
 * on the tape before the operation itself, and the tape is read in order: in the second pass the clone then does
 * not count as depending on anything, and its share of the second derivative is silently lost. Here each
 * operation goes before its clones.
 *
 * A gradient function that runs while an outer gradient records is being differentiated twice, so it is then that
 * its operation has to be a verified one.
 */
export function mendTape(): void {
  const engine = tf.engine() as unknown as RecordingEngine
  const addTapeNode = engine.addTapeNode.bind(engine)

  engine.addTapeNode = (kernelName, inputs, outputs, gradient, saved, attributes) => {
    const sloped = slopedInputs(kernelName, inputs)
    addTapeNode(kernelName, sloped, outputs, gradient, saved, attributes)
    const node = putBeforeClones(engine.state.activeTape, saved)
    // The engine hands over the gradient function of a customGrad; a kernel's own is in the registry.
    const kind = gradient === null || gradient === undefined ? 'kernel' : 'customGrad'
    const differentiate = node?.gradient
    if (node === undefined || differentiate === undefined) return
    node.gradient = dys => {
      if (engine.isTapeOn()) refuseUnverified(kind, kernelName, attributes ?? {}, engine.state.gradientDepth)
      return differentiate(dys)
    }
  }
}

/** Moves the last node of the tape before the clones in `saved`, which are the nodes right before it. */
function putBeforeClones(tape: TapeNode[], saved: readonly tf.Tensor[]): TapeNode | undefined {
  const node = tape.pop()
  if (node === undefined) return undefined
  const clones = new Set(saved.map(tensor => tensor.id))
  let place = tape.length
  while (clones.has(tape[place - 1]?.outputs[0]?.id ?? -1)) place--
  tape.splice(place, 0, node)
  return node
}
