/** Values by key, made where there is none, of which so many are kept as were used most recently. */
export interface RecentlyUsed<V> {
  readonly get: (key: string) => V
  /** The one that was used last is the last. */
  readonly entries: () => [key: string, value: V][]
  readonly clear: () => void
}

export function recentlyUsed<V>(bound: number, make: () => V, drop: (value: V) => void): RecentlyUsed<V> {
  const values = new Map<string, V>()
  const dropTo = (count: number): void => {
    for (const [key, value] of values) {
      if (values.size <= count) return
      values.delete(key)
      drop(value)
    }
  }
  return {
    get: key => {
      const value = values.get(key) ?? make()
      values.delete(key)
      values.set(key, value)
      dropTo(bound)
      return value
    },
    entries: () => [...values],
    clear: () => {
      dropTo(0)
    },
  }
}
