/** The soak in short; its long form is tests/matrix/soak.test.ts. */
import { soak } from "../matrix/soak.ts";

soak({ inARow: 15, atOnce: 10, messages: 100_000 });
