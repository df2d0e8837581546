/** What an image is made of, as hashes. */
import { createHash, scryptSync } from "node:crypto";

/** Hash over parts that shape an image: 64 hex digits. */
export function hashOf(...parts: readonly string[]): string {
  const hash = createHash("sha256");
  // The lengths keep "a","bc" and "ab","c" apart.
  for (const part of parts) hash.update(`${Buffer.byteLength(part)}:`).update(part);
  return hash.digest("hex");
}

/**
 * Hash over values that may be secrets: 32 hex digits. An image's tag has to change with them, and whoever sees the tag
 * could try values until one fits. A plain hash is tried a billion times a second; this one takes 20 ms and 8 MiB each
 * time. No token is found in that way; a word of a dictionary is, only later than from a plain hash.
 *
 * @param salt What the values are for, so that equal ones differ between images.
 */
export function slowHash(values: string, salt: string): string {
  const key = `${salt}\0${values}`;
  const hash = known.get(key) ?? scryptSync(values, salt, 16, { N: 8192, r: 8, p: 1 }).toString("hex");
  known.set(key, hash);
  return hash;
}

/** An image's name, text and label want the same hash, and so do all images of a config. */
const known = new Map<string, string>();
