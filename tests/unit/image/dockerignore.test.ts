import assert from "node:assert/strict";
import { test } from "node:test";
import { readDockerignore } from "../../../src/image/dockerignore.ts";

const CASES: [rules: string, ignored: string[], kept: string[]][] = [
  ["", [], ["a"]],
  ["# a\n\n  ", [], ["a", "# a"]],
  ["a", ["a", "a/b"], ["ab", "b/a"]],
  ["/a/", ["a", "a/b"], ["b/a"]],
  ["./a/../b", ["b"], ["a"]],
  ["*", ["a", "a/b", ".env"], []],
  ["*.md", ["a.md"], ["a.mdx", "b/a.md"]],
  ["*/*.md", ["b/a.md"], ["a.md", "c/b/a.md"]],
  ["**/*.md", ["a.md", "b/a.md", "c/b/a.md"], ["a.mdx"]],
  ["**/node_modules", ["node_modules", "a/node_modules/x"], ["my_node_modules"]],
  ["a/**", ["a/b", "a/b/c"], ["b"]],
  ["a?", ["ab"], ["a", "abc", "a/"]],
  ["[ab].txt", ["a.txt", "b.txt"], ["c.txt"]],
  ["a.b", ["a.b"], ["axb"]],
  ["a+(b)", ["a+(b)"], ["aab"]],
  ["\\*", ["*"], ["a"]],
  ["*\n!keep", ["a"], ["keep", "keep/x"]],
  ["*.md\n!README.md", ["a.md"], ["README.md"]],
  ["*.md\n!README*.md\nREADME-secret.md", ["README-secret.md"], ["README-a.md"]],
  ["dir\n!dir/keep", ["dir/a"], ["dir/keep"]],
  ["\uFEFFa\r\nb\r\n", ["a", "b"], ["c"]],
  ["[z-a]", [], ["a", "z"]],
  // So many wildcards are not tried: the file counts as one that the builder gets.
  [`${"*a".repeat(40)}b`, [], ["a".repeat(250)]],
  [`*\n!${"*a".repeat(40)}b`, [], ["a".repeat(250)]],
  ["*a*a*a*b", ["xaxaxab"], ["a".repeat(250)]],
];

for (const [rules, ignored, kept] of CASES) {
  test(`.dockerignore ${JSON.stringify(rules)}`, () => {
    const ignore = readDockerignore(rules);
    assert.deepEqual(
      ignored.filter((path) => !ignore.ignores(path)),
      [],
    );
    assert.deepEqual(
      kept.filter((path) => ignore.ignores(path)),
      [],
    );
    assert.equal(ignore.final, !rules.includes("!"));
  });
}
