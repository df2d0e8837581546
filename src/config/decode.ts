/** The bytes of a config file as text. */
import { ArgusError } from "../errors.ts";

/**
 * Decodes UTF-8, with or without a byte order mark.
 *
 * @throws ArgusError `config/encoding` for UTF-16 and for bytes that are no UTF-8, naming the line.
 */
export function decodeConfig(bytes: Uint8Array, file: string): string {
  if (isUtf16(bytes)) {
    throw new ArgusError("config/encoding", "the file is UTF-16; argus reads UTF-8", {
      where: `${file}:1:1`,
      hint: "save it again with the encoding UTF-8",
    });
  }
  const text = new TextDecoder("utf-8").decode(bytes);
  const bad = text.indexOf("\uFFFD");
  // A U+FFFD that really stands in the file is three bytes of valid UTF-8.
  if (bad === -1 || isUtf8(bytes)) return text;
  const before = text.slice(0, bad).split("\n");
  throw new ArgusError("config/encoding", "the file is not UTF-8", {
    where: `${file}:${before.length}:${before.at(-1)!.length + 1}`,
    hint: "save it again with the encoding UTF-8",
  });
}

function isUtf16(bytes: Uint8Array): boolean {
  const [first, second] = bytes;
  const marked = (first === 0xff && second === 0xfe) || (first === 0xfe && second === 0xff);
  // Without a mark: every other byte of a Latin text is NUL.
  return marked || (bytes.length >= 2 && (first === 0) !== (second === 0));
}

function isUtf8(bytes: Uint8Array): boolean {
  try {
    new TextDecoder("utf-8", { fatal: true }).decode(bytes);
    return true;
  } catch {
    return false;
  }
}
