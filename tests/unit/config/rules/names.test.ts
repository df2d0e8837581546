import { backendNameProblem } from "../../../../src/config/rules/backend_name.ts";
import { envNameProblem, processTextProblem } from "../../../../src/config/rules/env.ts";
import { packageNameProblem } from "../../../../src/config/rules/package_name.ts";
import { pythonModuleProblem } from "../../../../src/config/rules/python_module.ts";
import { table, UNSEEN } from "./table.ts";

table("an OS package", packageNameProblem, {
  fine: ["ripgrep", "git", "libssl1.1", "libssl3", "lib-dev", "g++", "python3-dev", "7zip", "a", "x".repeat(128)],
  refused: [
    ...[
      "",
      " ",
      "git; echo x",
      "`id`",
      "two words",
      "-badpkg",
      "$(evil)",
      "--allow-unauthenticated",
      "git\n",
      " git",
      "git ",
    ],
    ...[
      "git-",
      "./git.deb",
      "/tmp/git.deb",
      "git=1",
      "git/sid",
      "git:amd64",
      "git*",
      "g?t",
      "x".repeat(129),
      "ﬁle",
      "a|b",
      "a&b",
    ],
    ...["a'b", 'a"b', "a\\b", "a#b", "@x", "+x", ".x", "__proto__", ...UNSEEN],
  ],
});

table("a backend's name", backendNameProblem, {
  fine: ["github", "my-backend", "a", "A1", "sqlite_db", "v1.2", "constructor", "toString", "x".repeat(63)],
  refused: [
    ...[
      "",
      " ",
      "-x",
      ".x",
      "_x",
      "__proto__",
      "a b",
      "a/b",
      "a\\b",
      "a:b",
      "ä",
      "x".repeat(64),
      "a\n",
      "../a",
      "a$b",
      "a;b",
    ],
    ...["a,b", "a=b", ...UNSEEN],
  ],
});

table("a variable's name", envNameProblem, {
  fine: ["TOKEN", "my_var", "_x", "a1", "constructor", "__proto__"],
  refused: ["", "1VAR", "A=B", "A B", "A-B", "A.B", "A\n", "-e", "ä", "A$", "A\0", "x".repeat(256), "${X}", ...UNSEEN],
});

table("a text for a process", processTextProblem, {
  fine: [
    "",
    "plain",
    "two\nlines",
    "quotes \"'",
    "$(id) `id` ${X}",
    "-dash",
    "--",
    "ünï\u2028",
    "\u202e",
    "a\tb",
    "x".repeat(100_000),
  ],
  refused: ["a\0b", "\0", "a\ud800b", "\udc00"],
});

table("a Python module", pythonModuleProblem, {
  fine: ["my_server", "my_server.main", "a", "_x", "pkg.sub.mod"],
  refused: [
    "",
    "-m",
    "a-b",
    "a b",
    "a.",
    ".a",
    "a..b",
    "a/b",
    "1a",
    "a;b",
    "a\n",
    "a$b",
    "x".repeat(256),
    "__import__('os')",
    ...UNSEEN,
  ],
});
