import assert from "node:assert/strict";
import { test } from "node:test";
import { ownerText, parseOwner } from "../../../src/engine/owner.ts";
import { parseContainers, parseImages, parseInspected } from "../../../src/engine/parse.ts";
import { IDENTITY } from "./samples.ts";

test("containers as docker and podman list them", () => {
  const rest = "localhost/argus/x:1\t2026-11-28 18:57:16 +0000 UTC\ttime\t42:777:b-1:1000:laptop";
  const podman = rest.replace(" +0000", ".223338703 +0200");
  const output = `aa\targus-time-1\t${rest}\nbb\targus-time-2\t${podman}\n`;
  const common = { image: "localhost/argus/x:1", backend: "time", owner: IDENTITY.owner };
  assert.deepEqual(parseContainers(output), [
    { id: "aa", name: "argus-time-1", created: "2026-11-28T18:57:16Z", ...common },
    { id: "bb", name: "argus-time-2", created: "2026-11-28T16:57:16Z", ...common },
  ]);
});

test("a container without labels of argus has no owner", () => {
  const [found] = parseContainers("aa\tn\timg\tsoon\t<no value>\t<no value>\n");
  assert.deepEqual(found, {
    id: "aa",
    name: "n",
    image: "img",
    created: "",
    backend: "",
    owner: undefined,
  });
  assert.deepEqual(parseContainers("\n"), []);
});

test("images, without those that have lost their name", () => {
  assert.deepEqual(
    parseImages("localhost/argus/x:1\tsha256:aa\r\n<none>:<none>\tsha256:bb\nlocalhost/argus/y:2\tcc\n"),
    [
      { name: "localhost/argus/x:1", id: "sha256:aa" },
      { name: "localhost/argus/y:2", id: "sha256:cc" },
    ],
  );
});

test("one image in detail", () => {
  for (const id of ["aa", "sha256:aa"])
    assert.deepEqual(parseInspected(`${id}\t123\n`), [{ id: "sha256:aa", bytes: 123 }]);
  assert.deepEqual(parseInspected(""), []);
});

test("owners survive the label, whatever the host is called", () => {
  for (const owner of [IDENTITY.owner, { pid: 1, started: "", boot: "", host: "a:b c", uid: -1 }]) {
    assert.deepEqual(parseOwner(ownerText(owner)), owner);
  }
  for (const text of ["", "x", "1:2:3", "a:1:b:1:h"]) assert.equal(parseOwner(text), undefined);
});
