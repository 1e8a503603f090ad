/* Runs before the first paint, so that a stored light theme does not flash dark. A file, not inline: the page's policy forbids inline scripts. */
(() => {
  let scheme = null;
  try {
    scheme = localStorage.getItem("studio.theme");
  } catch {
    // Storage is switched off: the system's preference decides.
  }
  if (scheme !== "light" && scheme !== "dark")
    scheme = matchMedia("(prefers-color-scheme: light)").matches ? "light" : "dark";
  document.documentElement.setAttribute("data-mantine-color-scheme", scheme);
})();
