/** What the values of a build are called on their way: as a secret, and as a variable of the engine's program. */
export const BUILD_VALUES = { secret: "build-values", variable: "ARGUS_BUILD_VALUES" } as const;
