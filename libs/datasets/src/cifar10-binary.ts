/** Bytes of one record of CIFAR-10's "binary version": the label, then the red, the green and the blue plane. */
const planes = 3
const planeLength = 32 * 32
const recordLength = 1 + planes * planeLength

/**
 * The published binary form of some images.
 *
 * @param images height × width × channel, image after image.
 */
export function encodeCifar10(images: Uint8Array, labels: Uint8Array): Uint8Array {
  const out = new Uint8Array(labels.length * recordLength)
  labels.forEach((label, i) => {
    out[i * recordLength] = label
    for (let j = 0; j < planes * planeLength; j++) {
      out[i * recordLength + planeOffset(j)] = images[i * planes * planeLength + j] ?? 0
    }
  })
  return out
}

/** Images as height × width × channel, and their labels, from files of the binary form, one after the other. */
export function decodeCifar10(files: readonly Uint8Array[]): { images: Uint8Array; labels: Uint8Array } {
  const records = files.map(file => file.length / recordLength)
  const size = records.reduce((sum, n) => sum + n, 0)
  const images = new Uint8Array(size * planes * planeLength)
  const labels = new Uint8Array(size)
  let image = 0
  for (const file of files) {
    for (let start = 0; start < file.length; start += recordLength, image++) {
      labels[image] = file[start] ?? 0
      for (let j = 0; j < planes * planeLength; j++) {
        images[image * planes * planeLength + j] = file[start + planeOffset(j)] ?? 0
      }
    }
  }
  return { images, labels }
}

/** Where in its record the j-th byte of an image lies, counted in height × width × channel order. */
function planeOffset(j: number): number {
  return 1 + (j % planes) * planeLength + Math.floor(j / planes)
}
