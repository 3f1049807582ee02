import { isDeepStrictEqual } from 'node:util'
import { deserialize, serialize } from 'node:v8'

/**
 * Refuses what would not arrive in another process as it is. The channel has the rules of `node:v8`, which are narrower
 * than those of `structuredClone`: memory cannot be shared, and of a Blob nothing would arrive but {}. What both
 * leave out, the class of an object with its methods, is left out.
 *
 * @throws RangeError
 */
export function checkCopy(name: string, value: unknown): void {
  const refuse = (reason: string): never => {
    throw new RangeError(
      `${name} cannot be copied to another process: ${reason}. Give plain data, and make the rest of it there`,
    )
  }
  let arrives = false
  try {
    const copy: unknown = structuredClone(value)
    arrives = isDeepStrictEqual(deserialize(serialize(copy)), copy)
  } catch (error) {
    refuse(String(error))
  }
  if (!arrives) refuse('something in it would arrive as something else')
}
