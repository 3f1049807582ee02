import { graphFunctions } from './graph-functions.ts'
import { protocolBuffers } from './protocol-buffers.ts'

/** What a graph has to know of an operation, and an eager call does not. */
export interface Operation {
  /** The names of its attributes: tfjs-node also gives some that TensorFlow no longer has. */
  readonly attributes: ReadonlySet<string>
  readonly inputs: readonly Argument[]
  /** It depends on more than its inputs: random numbers, files, queues. */
  readonly stateful: boolean
}

/** One argument, or a list of them: which attributes hold its type, its length, its types. Empty where none does. */
interface Argument {
  readonly typeAttribute: string
  readonly lengthAttribute: string
  readonly typesAttribute: string
}

let known: ReadonlyMap<string, Operation> | undefined

/** @throws when TensorFlow has no operation of this name */
export function operation(name: string): Operation {
  known ??= allOperations()
  const found = known.get(name)
  if (found === undefined) throw new Error(`TensorFlow has no operation '${name}'`)
  return found
}

function allOperations(): ReadonlyMap<string, Operation> {
  const list = protocolBuffers.OpList.deserializeBinary(graphFunctions().operations()).getOpList()
  return new Map(
    list.map(each => [
      each.getName(),
      {
        attributes: new Set(each.getAttrList().map(attribute => attribute.getName())),
        stateful: each.getIsStateful(),
        inputs: each.getInputArgList().map(argument => ({
          typeAttribute: argument.getTypeAttr(),
          lengthAttribute: argument.getNumberAttr(),
          typesAttribute: argument.getTypeListAttr(),
        })),
      },
    ]),
  )
}
