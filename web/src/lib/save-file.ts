/** Give the user a file, as if they had downloaded it. */
export function saveFile(blob: Blob, name: string): void {
  const link = document.createElement("a");
  link.href = URL.createObjectURL(blob);
  link.download = name;
  link.click();
  // The browser has the file once the click was handled.
  setTimeout(() => URL.revokeObjectURL(link.href), 10_000);
}
