import { z } from 'zod'
import { digest } from '../record-store.ts'
import { pointSchema, resultSchema } from '../trial-result.ts'
import { trialKey } from '../trial-key.ts'
import { checkTrial, type Trial } from '../trial.ts'

/** In bytes: a trial is some kilobytes of settings; its data and parameters travel otherwise. */
const LARGEST_JOB = 1_000_000
/** In bytes: curves of a hundred thousand points. */
const LARGEST_RESULT = 200_000_000

/** What stands in the queue for a trial. */
const jobSchema = z.strictObject({
  /** `codeHash` of what has to run it. */
  code: digest,
  trial: z.record(z.string(), z.unknown()),
})

/** What a worker takes, checked: the trial is one that this code runs, and is what its name says. */
export interface TakenJob {
  readonly key: string
  readonly trial: Trial
}

/**
 * Checks what came from the queue, field by field; nothing of it is ever run but a trial that `checkTrial` passes.
 *
 * @param id under which it was in the queue
 * @param code of this worker
 * @throws Error that says what is wrong
 */
export function readJob(id: string | undefined, data: unknown, code: string): TakenJob {
  const size = JSON.stringify(data ?? null).length
  if (size > LARGEST_JOB)
    throw new RangeError(`The job is ${size} bytes; at most ${LARGEST_JOB} are allowed.`)
  const job = jobSchema.safeParse(data)
  if (!job.success) throw new TypeError(`The job is no trial: ${z.prettifyError(job.error)}`)
  if (job.data.code !== code)
    throw new RangeError(
      `The job is for code ${job.data.code.slice(0, 12)}; this worker runs ${code.slice(0, 12)}: update the older of the two.`,
    )
  const trial = checkTrial(job.data.trial, 'The trial of this job')
  const key = trialKey(trial, code)
  if (key !== id) throw new RangeError(`The job is named ${id ?? 'nothing'}; its trial has the key ${key}.`)
  return { key, trial }
}

const progressSchema = z.strictObject({
  update: z.number(),
  updates: z.number(),
  batchLoss: z.number().nullable(),
  point: pointSchema.nullable(),
})

/** How far a trial is, since the last time it was told: its evaluations, and where it is now. */
const reportSchema = z.array(progressSchema)
export type QueueReport = z.infer<typeof reportSchema>

/** @returns nothing where it is none */
export function readReport(data: unknown): QueueReport {
  return reportSchema.safeParse(data).data ?? []
}

const answerSchema = z.strictObject({ code: digest, result: resultSchema })
export type QueueAnswer = Readonly<z.infer<typeof answerSchema>>

/**
 * The result of a trial as a worker sent it.
 *
 * @throws Error that says what is wrong
 */
export function readAnswer(text: string): QueueAnswer {
  if (text.length > LARGEST_RESULT)
    throw new RangeError(`the result is ${text.length} bytes; at most ${LARGEST_RESULT} are allowed`)
  const answer = answerSchema.safeParse(parsed(text))
  if (!answer.success) throw new TypeError(`it is no result: ${z.prettifyError(answer.error)}`)
  return answer.data
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}
