/** Calls `dispose`, which must not hold the object, some time after nobody holds the object any more. */
export function whenForgotten(object: object, dispose: () => void): void {
  forgotten.register(object, dispose)
}

const forgotten = new FinalizationRegistry((dispose: () => void) => {
  dispose()
})
