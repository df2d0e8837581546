/** Whether the build of a user's Dockerfile takes files of its folder. */

/**
 * False where no instruction can take a file: the image is then what the text alone makes. In doubt true, which at worst
 * builds an image once more.
 *
 * @param shape Words of the user's own that shape the build.
 */
export function takesFiles(text: string, shape: readonly string[]): boolean {
  // Other languages of a Dockerfile, and other cuts of its lines.
  if (/(syntax|escape)\W*[=:]/i.test(text) || shape.some((word) => word.includes("BUILDKIT_SYNTAX"))) return true;
  const lines = text.split("\n").filter((line) => !/^\s*(#|$)/.test(line));
  return TAKING.test(lines.join("\n").replace(/\\\s*\n/g, ""));
}

/** Instructions, the option of RUN, and the archives of this machine that podman can start from. */
const TAKING = /^[^\w\n]*(COPY|ADD|ONBUILD)\b|--mount|\b(dir|oci|oci-archive|docker-archive):/im;
