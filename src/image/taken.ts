/** What the build of a user's Dockerfile takes from its folder. In doubt it is everything. */
import { type Instruction, instructions, readList } from "./dockerfile.ts";

/** The paths and patterns that a Dockerfile names in its folder: none = it surely takes nothing; undefined = perhaps anything. */
export function takenPaths(text: string): readonly string[] | undefined {
  const whole = text.replace(/^\uFEFF/, "");
  // What the builders cut into lines and words in ways of their own.
  if (/\r(?!\n)|[^\S \t\r\n]|[\0\x85]/.test(whole)) return undefined;
  if (whole.split("\n").some(isForeign)) return undefined;
  const found: string[] = [];
  for (const instruction of instructions(whole)) {
    const paths = instruction.body.some(mayTake) ? undefined : pathsOf(instruction);
    if (paths === undefined) return undefined;
    found.push(...paths);
  }
  return found;
}

/** Instructions that take nothing. ONBUILD is none of them: a later stage may carry it out. */
const HARMLESS =
  /^(FROM|ARG|ENV|LABEL|CMD|ENTRYPOINT|EXPOSE|USER|WORKDIR|VOLUME|SHELL|STOPSIGNAL|HEALTHCHECK|MAINTAINER)$/;

/** Directives that make another language of the file, or cut its lines in another way. */
function isForeign(line: string): boolean {
  const [, name, value = ""] = /^\s*(?:#|\/\/)\s*(syntax|escape)\s*=\s*(\S*)/i.exec(line) ?? [];
  if (name === undefined) return false;
  return name.toLowerCase() === "escape" || !/^(docker\.io\/)?docker\/dockerfile:1(\.\d+){0,2}$/.test(value);
}

/** A line of a here-document, which a builder that knows none would carry out. */
function mayTake(line: string): boolean {
  return /^\s*(COPY|ADD|ONBUILD|RUN)\b/i.test(line);
}

function pathsOf(instruction: Instruction): readonly string[] | undefined {
  const { keyword, value } = instruction;
  if (keyword === "RUN") return flagsOf(value).every(takesNothing) ? [] : undefined;
  // Podman can start from an archive of this machine.
  if (HARMLESS.test(keyword))
    return /\b(dir|oci|oci-archive|docker-archive):[^\s]*\//.test(value) && /^(FROM|ARG)$/.test(keyword)
      ? undefined
      : [];
  if (!isCopy(instruction)) return undefined;
  return isFromElsewhere(instruction) ? [] : sourcesOf(value);
}

function isCopy({ keyword }: Instruction): boolean {
  return keyword === "COPY" || keyword === "ADD";
}

function isFromElsewhere({ value }: Instruction): boolean {
  const given = flagsOf(value).filter((flag) => /^--from\b/i.test(flag));
  return given.length > 0 && given.every((flag) => /^--from=[\w./:@-]+$/.test(flag));
}

/** The flags in front of an instruction's own words. */
function flagsOf(value: string): readonly string[] {
  const words = value.split(/\s+/);
  const end = words.findIndex((word) => !word.startsWith("--"));
  return end < 0 ? words : words.slice(0, end);
}

/** Whether a flag of RUN takes nothing from the folder; a mount without a type is one of the folder. */
function takesNothing(flag: string): boolean {
  if (/^--(network|security)=\w+$/.test(flag)) return true;
  const [, list] = /^--mount=([\w./:@=,~+-]+)$/.exec(flag) ?? [];
  if (list === undefined) return false;
  const fields = list.toLowerCase().split(",");
  const from = fields.filter((field) => /^from\b/.test(field));
  if (from.length > 0) return from.every((field) => /^from=./.test(field));
  const types = fields.filter((field) => /^type\b/.test(field));
  return types.length > 0 && types.every((field) => /^type=(cache|secret|ssh|tmpfs)$/.test(field));
}

/** The sources of a COPY or ADD without the here-documents; undefined = not sure. */
function sourcesOf(value: string): readonly string[] | undefined {
  const rest = value.split(/\s+/).slice(flagsOf(value).length);
  const words = readList(rest.join(" ")) ?? rest;
  if (words.length < 2 || words.some((word) => /["'$\\]/.test(word.replace(/^<<-?(["']?)\w+\1$/, ""))))
    return undefined;
  return words.slice(0, -1).filter((word) => !/^<<-?(["']?)[A-Za-z_]\w*\1$/.test(word));
}
