/** The soak in full, of `scripts/test --matrix`. */
import { soak } from "./soak.ts";

soak({ inARow: 1000, atOnce: 30, messages: 1_000_000 });
