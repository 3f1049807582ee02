/**
 * A text with a placeholder for each of its numbers, but for those in names such as CIFAR-10 or F1.
 *
 * @example
 * templated('12 ms at batch size 16 on CIFAR-10') // '{0} ms at batch size {1} on CIFAR-10'
 */
export function templated(text: string): string {
  let count = 0
  return text.replaceAll(/(?<![\w-])[-−]?\d+(?:[.,]\d+)*(?:e[-+]?\d+)?(?!\w)/g, () => `{${count++}}`)
}
