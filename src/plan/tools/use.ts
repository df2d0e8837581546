/** What a command line asks of a recipe: the part of an image that the words decide, and the server's arguments. */
import type { Text } from "../../config/text.ts";
import type { NpxImage, UvxImage } from "../plan.ts";

export type Use = UvxUse | NpxUse | GoUse;

interface UseBase {
  /** The package's own name. */
  readonly name: string;
  /** A package is fetched with git. */
  readonly git: boolean;
  /** The server's own arguments. */
  readonly args: readonly Text[];
  /** Variables that carry the tool's options into the build. */
  readonly buildEnv?: Readonly<Record<string, Text>>;
}

export interface UvxUse extends UseBase {
  readonly recipe: "uvx";
  readonly install: UvxImage["install"];
  readonly python?: string;
  readonly installOptions: readonly string[];
  /** Packages beside a module, as `--with` of a tool. */
  readonly extraPackages?: readonly string[];
}

export interface NpxUse extends UseBase {
  readonly recipe: "npx";
  readonly packages: readonly string[];
  readonly binary?: string;
  readonly runner?: NpxImage["runner"];
}

export interface GoUse extends UseBase {
  readonly recipe: "go";
  readonly module: string;
}
