/** Programs of other people that talk to argus in tests: installed below .cache/peers at exact versions, when missing. */
import { spawnSync } from "node:child_process";
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import process from "node:process";
import { ROOT } from "./proc.ts";

/** The server that peers talk to; the same version bare and in the image. */
export const EVERYTHING = "@modelcontextprotocol/server-everything@2026.8.31";

/** Where the programs of the npm packages are. */
export interface NodePeers {
  /** A Node that is new enough for all of them (22). */
  readonly node: string;
  /** The words that start the server without argus. */
  readonly everything: readonly string[];
  readonly inspector: string;
  readonly conformance: string;
}

const NODE_PACKAGES = [
  EVERYTHING,
  "@modelcontextprotocol/inspector@2.12.0",
  "@modelcontextprotocol/conformance@0.1.16",
];
const PYTHON_PACKAGES = ["mcp==2.3.0"];
const PEERS = join(ROOT, ".cache", "peers");
const INSTALL_MS = 300_000;

/** Installs the npm peers where they are missing. */
export function nodePeers(): NodePeers {
  const folder = join(PEERS, "npm");
  const flags = ["--no-audit", "--no-fund", "--no-package-lock", "--ignore-scripts"];
  install(folder, NODE_PACKAGES.join(" "), ["npm", "install", "--prefix", folder, ...flags, ...NODE_PACKAGES], () =>
    writeFileSync(join(folder, "package.json"), '{"private":true}\n'),
  );
  const file = (path: string) => join(folder, "node_modules", "@modelcontextprotocol", path);
  const pinned = join(ROOT, ".cache", "runtimes", "bin", "node");
  const node = existsSync(pinned) ? pinned : "node";
  return {
    node,
    everything: [node, file("server-everything/dist/index.js")],
    inspector: file("inspector/clients/launcher/build/index.js"),
    conformance: file("conformance/dist/index.js"),
  };
}

/** Installs the Python SDK where it is missing; returns the folder for PYTHONPATH, which needs no venv module. */
export function pythonPeers(): string {
  const folder = join(PEERS, "python");
  const version = spawnSync("python3", ["--version"], { encoding: "utf8" });
  if (version.status !== 0) throw new Error("the Python SDK needs python3, which scripts/testbed up installs");
  const flags = ["--quiet", "--disable-pip-version-check", "--no-warn-conflicts", "--target", folder];
  const words = ["python3", "-m", "pip", "install", ...flags, ...PYTHON_PACKAGES];
  install(folder, `${version.stdout.trim()} ${PYTHON_PACKAGES.join(" ")}`, words);
  return folder;
}

/** Three tries from an empty folder; a stamp says what a folder holds, so that half an installation is none. */
function install(folder: string, content: string, [bin = "", ...args]: readonly string[], prepare?: () => void): void {
  const stamp = join(folder, "stamp");
  let said = "";
  for (let attempt = 1; attempt <= 3; attempt += 1) {
    if (existsSync(stamp) && readFileSync(stamp, "utf8") === content) return;
    rmSync(folder, { recursive: true, force: true, maxRetries: 3 });
    mkdirSync(folder, { recursive: true });
    prepare?.();
    const done = spawnSync(bin, args, {
      encoding: "utf8",
      timeout: INSTALL_MS,
      env: { ...process.env, PIP_ROOT_USER_ACTION: "ignore", NPM_CONFIG_UPDATE_NOTIFIER: "false" },
    });
    said = `${done.error?.message ?? ""}\n${done.stdout}\n${done.stderr}`;
    if (done.status === 0) writeFileSync(stamp, content);
  }
  if (!existsSync(stamp)) throw new Error(`${bin} ${args.join(" ")}: three tries failed\n${said}`);
}
