/** What an image of argus' own making runs. */
import type { GeneratedImage } from "./render.ts";

/** Where the npx and go recipes put the server. */
export const PROGRAM = "/app/mcp-server";

/** The words of the image's ENTRYPOINT. */
export function entryOf(plan: GeneratedImage): readonly string[] {
  switch (plan.recipe) {
    case "uvx": {
      const { install } = plan;
      return install.kind === "tool"
        ? [`/app/venv/bin/${install.binary}`]
        : ["/app/venv/bin/python", "-m", install.module];
    }
    case "npx":
      return plan.runner === "node" ? ["node"] : [PROGRAM];
    case "go":
      return [PROGRAM];
    case "source":
      return plan.entrypoint;
  }
}
