export function registerKernel(root: string): void {
  void root
}
