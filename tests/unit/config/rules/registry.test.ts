import { registryProblem } from "../../../../src/config/rules/registry.ts";
import { table, UNSEEN } from "./table.ts";

table("registry", registryProblem, {
  fine: [
    "registry.example.com",
    "registry.example.com/mcp",
    "registry.example.com:5000/team/mcp/",
    "localhost:5000",
    "localhost",
    "127.0.0.1:5055/argus",
    "[::1]:5000",
  ],
  refused: [
    "",
    "https://registry.example.com",
    "docker",
    "mcp/servers",
    "registry.example.com/MCP",
    "registry.example.com/mcp:1",
    "registry.example.com//x",
    "-x.y",
    "a b.c",
    "registry.example.com:port",
    "https://user:s3cret@registry.example.com",
    ...UNSEEN,
  ],
});
