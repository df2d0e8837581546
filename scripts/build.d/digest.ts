/** Digests of files, read in pieces: a program is 100 MB. */
import { createHash } from "node:crypto";
import { closeSync, openSync, readSync } from "node:fs";

/** The SHA-256 of a file, in hex. */
export function sha256OfFile(file: string): string {
  return digest(file, "sha256").toString("hex");
}

/** The SHA-512 of a file in the form that package locks use. */
export function integrityOfFile(file: string): string {
  return `sha512-${digest(file, "sha512").toString("base64")}`;
}

function digest(file: string, algorithm: string): Buffer {
  const hash = createHash(algorithm);
  const piece = new Uint8Array(1 << 20);
  const handle = openSync(file, "r");
  try {
    for (;;) {
      const length = readSync(handle, piece);
      if (length === 0) return hash.digest();
      hash.update(piece.subarray(0, length));
    }
  } finally {
    closeSync(handle);
  }
}
