/** The cluster is one, and test files run beside each other: a test that breaks a part of it has it alone. */
import { spawn } from "node:child_process";
import { tmpdir } from "node:os";
import { join } from "node:path";

const FILE = join(tmpdir(), "argus-test-cluster.lock");

/** Runs `use` while this test has the cluster: together with others, or alone. */
export async function withCluster(how: "shared" | "alone", use: () => void | Promise<void>): Promise<void> {
  const words = [how === "alone" ? "--exclusive" : "--shared", FILE, "sh", "-c", "echo held; exec cat"];
  const holder = spawn("flock", words, { stdio: ["pipe", "pipe", "inherit"] });
  const gone = new Promise<void>((resolve, reject) => {
    holder.on("error", reject);
    holder.on("exit", () => resolve());
  });
  try {
    await Promise.race([new Promise((resolve) => holder.stdout.once("data", resolve)), gone]);
    if (holder.exitCode !== null) throw new Error(`flock ${FILE} ended with ${holder.exitCode}`);
    await use();
  } finally {
    holder.stdin.end();
    await gone;
  }
}
