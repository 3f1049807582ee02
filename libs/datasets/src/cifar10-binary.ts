/** Bytes of one record of CIFAR's "binary versions": labels, the last of them the class; the red, the green and the blue plane. */
const planes = 3
const planeLength = 32 * 32
const imageLength = planes * planeLength

/**
 * The published binary form of some images.
 *
 * @param images height × width × channel, image after image.
 */
export function encodeCifar10(images: Uint8Array, labels: Uint8Array): Uint8Array {
  const recordLength = 1 + imageLength
  const out = new Uint8Array(labels.length * recordLength)
  labels.forEach((label, i) => {
    out[i * recordLength] = label
    for (let j = 0; j < imageLength; j++) {
      out[i * recordLength + 1 + planeOffset(j)] = images[i * imageLength + j] ?? 0
    }
  })
  return out
}

/**
 * Images as height × width × channel, and their labels, from files of the binary form, one after the other.
 *
 * @param labelBytes of each record: CIFAR-100 has 2, the coarse label before the fine one, which is taken.
 */
export function decodeCifar10(
  files: readonly Uint8Array[],
  labelBytes = 1,
): { images: Uint8Array; labels: Uint8Array } {
  const recordLength = labelBytes + imageLength
  const records = files.map(file => file.length / recordLength)
  const size = records.reduce((sum, n) => sum + n, 0)
  const images = new Uint8Array(size * imageLength)
  const labels = new Uint8Array(size)
  let image = 0
  for (const file of files) {
    for (let start = 0; start < file.length; start += recordLength, image++) {
      labels[image] = file[start + labelBytes - 1] ?? 0
      for (let j = 0; j < imageLength; j++) {
        images[image * imageLength + j] = file[start + labelBytes + planeOffset(j)] ?? 0
      }
    }
  }
  return { images, labels }
}

/** Where behind the labels the j-th byte of an image lies, counted in height × width × channel order. */
function planeOffset(j: number): number {
  return (j % planes) * planeLength + Math.floor(j / planes)
}
