/** Whether the build of a user's Dockerfile takes files of its folder. */

/**
 * False where no instruction can take a file: the image is then what the text alone makes. In doubt true, which at worst
 * builds an image once more.
 *
 * @param shape Words of the user's own that shape the build.
 */
export function takesFiles(text: string, shape: readonly string[]): boolean {
  // Other languages of a Dockerfile, other cuts of its lines, and names that could be its folder.
  if (/(syntax|escape)\W*[=:]/i.test(text) || /BUILDKIT_SYNTAX|--build-context/.test(shape.join(" "))) return true;
  const lines = text.split("\n").filter((line) => !/^\s*(#|$)/.test(line));
  const joined = lines.join("\n").replace(/\\\s*\n/g, "");
  return TAKING.some((pattern) => pattern.test(joined));
}

const TAKING = [
  /^[^\w\n]*(?:ADD|ONBUILD)\b/im,
  // Not from another stage or image.
  /^[^\w\n]*COPY\b(?![ \t]+(?:--(?!from)\S+[ \t]+)*--from=\w)/im,
  /--mount(?!=type=(?:cache|secret|ssh|tmpfs)\b(?!\S*,type=))/i,
  // Archives of this machine that podman can start from.
  /\b(?:dir|oci|oci-archive|docker-archive):/i,
];
