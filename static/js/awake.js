/** Keeps a screen on while its page is seen, and again whenever it is seen again. */

/** @param {Window & typeof globalThis} window */
export function stayAwake(window) {
  const { document, navigator } = window;
  const ask = async () => {
    if (document.hidden) return;
    try {
      await navigator.wakeLock?.request("screen");
    } catch {
      // Low battery or a rule of the device: the screen may go dark, nothing else changes.
    }
  };
  document.addEventListener("visibilitychange", () => void ask());
  void ask();
}
