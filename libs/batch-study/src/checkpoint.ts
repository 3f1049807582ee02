import { createHash } from 'node:crypto'
import { Packr } from 'msgpackr'
import { z } from 'zod'
import { pointSchema } from './trial-result.ts'
import { float32Schema, trainingStateSchema } from './training-state.ts'

const numbers = z.array(z.number())

const checkpointSchema = z.strictObject({
  /** Updates done. */
  update: z.int().nonnegative(),
  /** Time of training so far, without evaluations. */
  seconds: z.number().nonnegative(),
  /** Of the batches since the last point of the curve. */
  losses: numbers,
  /** Of updates, in ms. */
  times: numbers,
  curve: z.array(pointSchema),
  kept: z.array(z.strictObject({ update: z.number(), epoch: z.number(), values: float32Schema })),
  training: trainingStateSchema,
})

/**
 * A trial in the middle: it goes on from here as if it had never stopped, on another machine too.
 *
 * @interface
 */
export type Checkpoint = Readonly<z.infer<typeof checkpointSchema>>

const packr = new Packr({ moreTypes: true, useRecords: false })

/** A checkpoint as bytes: the SHA-256 of what follows, and MessagePack. */
export function encodeCheckpoint(checkpoint: Checkpoint): Uint8Array {
  const body = packr.pack(checkpoint)
  return Buffer.concat([sha256(body), body])
}

/** @returns nothing where the bytes are not whole, or not a checkpoint of this version */
export function decodeCheckpoint(bytes: Uint8Array): Checkpoint | undefined {
  const [sum, body] = [Buffer.from(bytes.subarray(0, 32)), Buffer.from(bytes.subarray(32))]
  if (!sum.equals(sha256(body))) return undefined
  return checkpointSchema.safeParse(packr.unpack(body)).data
}

function sha256(body: Uint8Array): Buffer {
  return createHash('sha256').update(body).digest()
}
