/** Which program a command line starts, with whatever folder, extension or wrapper it is written. */

/** A command's own name: without its folder (either slash) and the extensions that Windows gives programs. */
export function programName(command: string): string {
  const base = command.slice(Math.max(command.lastIndexOf("/"), command.lastIndexOf("\\")) + 1);
  return base.replace(/\.(exe|cmd|bat|ps1)$/i, "");
}

/**
 * Number of the words before the command itself, which Windows needs to start a script: 2 of `cmd /c npx …`; else 0.
 * https://learn.microsoft.com/windows-server/administration/windows-commands/cmd
 */
export function wrapperLength([command = "", ...args]: readonly string[]): number {
  if (programName(command).toLowerCase() !== "cmd") return 0;
  const end = args.findIndex((word) => !/^\/[a-z](:\w+)?$/i.test(word));
  return args.slice(0, Math.max(end, 0)).some((word) => /^\/[ck]$/i.test(word)) ? end + 1 : 0;
}
