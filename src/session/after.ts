/** Resolves to undefined after so many milliseconds, and keeps no program running: the loser of a race. */
export function after(ms: number): Promise<undefined> {
  return new Promise((resolve) => {
    setTimeout(resolve, ms, undefined).unref();
  });
}
