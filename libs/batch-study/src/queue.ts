/** Sweeps through a queue for many machines, apart from the rest of this library: it loads what others do without. */
export { queue } from './queue/queue-executor.ts'
export { QueueError } from './queue/queue-connection.ts'
export { queueAddress } from './queue/queue-address.ts'
export { type QueueOffice, queueOffice, type QueueStatus } from './queue/queue-office.ts'
export { workQueue, type QueueWorkerOptions } from './queue/queue-worker.ts'
export { inProcesses } from './queue/trial-runner.ts'
export { trialProcesses } from './trial-processes.ts'
