/** The three servers of the demo: how argus runs them, how they run bare, and what they are asked. */

export interface DemoServer {
  readonly backend: string;
  /** Below `backends:`, without the name. */
  readonly config: { readonly command: string; readonly args?: readonly string[]; readonly container: object };
  /** How people start it without argus, for the heading. */
  readonly title: string;
  /** What the bare command is called beside its time. */
  readonly bare: string;
  readonly call: { readonly name: string; readonly arguments: Readonly<Record<string, unknown>> };
}

export const GO_PACKAGE = "github.com/mark3labs/mcp-go/examples/everything@v0.43.2";

export const SERVERS: readonly DemoServer[] = [
  {
    backend: "time",
    config: { command: "uvx", args: ["mcp-server-time"], container: { network: "none" } },
    title: "uvx mcp-server-time",
    bare: "uvx, warm cache",
    call: { name: "get_current_time", arguments: { timezone: "UTC" } },
  },
  {
    backend: "everything",
    config: {
      command: "npx",
      args: ["-y", "@modelcontextprotocol/server-everything"],
      container: { network: "none", memory: "256m" },
    },
    title: "npx -y @modelcontextprotocol/server-everything",
    bare: "npx, warm cache",
    call: { name: "echo", arguments: { message: "hello" } },
  },
  {
    backend: "go-everything",
    config: { command: "everything", container: { transport: "go", go_package: GO_PACKAGE } },
    title: GO_PACKAGE,
    bare: "the binary itself",
    call: { name: "add", arguments: { a: 40, b: 2 } },
  },
];
