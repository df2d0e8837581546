/** The flow of a Pod's output, told apart from kubectl's own talk with the cluster. */

/**
 * kubectl greets the cluster every 5 s with some 40 bytes, on either of its protocols.
 * Source: pingPeriod in k8s.io/client-go/tools/remotecommand/websocket.go
 */
const GREETINGS = 100;
const SPAN = 4500;

/** Passes a count of written bytes on only when it has grown by more than greetings within a while. */
export class PodFlow {
  #base: { readonly count: number; readonly at: number } | undefined;
  #passed: number | undefined;

  /** The count as the ladder may see it. */
  seen(count: number | undefined, now: number): number | undefined {
    if (count === undefined) return this.#passed;
    this.#base ??= { count, at: now };
    this.#passed ??= count;
    if (count - this.#base.count > GREETINGS) {
      this.#passed = count;
      this.#base = { count, at: now };
    } else if (now - this.#base.at > SPAN) this.#base = { count, at: now };
    return this.#passed;
  }
}
