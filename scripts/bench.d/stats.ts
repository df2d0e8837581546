/** Numbers of a row: medians and percentiles, and turns that are taken round by round. */

/** The value below which the given part (0 to 1) of the samples lies. */
export function percentile(samples: readonly number[], part: number): number {
  const sorted = [...samples].sort((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * part))] ?? Number.NaN;
}

export function median(samples: readonly number[]): number {
  return percentile(samples, 0.5);
}

/**
 * Measures several variants in turns, so that whatever else the machine does hits all of them; each round starts with
 * another variant. The first round warms caches and is not counted.
 */
export async function interleaved<Name extends string, Sample = number>(
  rounds: number,
  variants: Readonly<Partial<Record<Name, () => Promise<Sample>>>>,
): Promise<Map<Name, Sample[]>> {
  const entries = Object.entries(variants) as [Name, () => Promise<Sample>][];
  const samples = new Map<Name, Sample[]>(entries.map(([name]) => [name, []]));
  for (let round = 0; round <= rounds; round += 1) {
    for (let turn = 0; turn < entries.length; turn += 1) {
      const [name, measure] = entries[(round + turn) % entries.length]!;
      const value = await measure();
      if (round > 0) samples.get(name)?.push(value);
    }
  }
  return samples;
}
