/** Wait until the next frame has been drawn: what an effect or observer caused is then in the document. */
export function nextFrame(): Promise<void> {
  return new Promise((resolve) => requestAnimationFrame(() => requestAnimationFrame(() => resolve())));
}
