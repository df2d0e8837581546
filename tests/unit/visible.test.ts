import assert from "node:assert/strict";
import { test } from "node:test";
import { visible } from "../../src/visible.ts";

test("what a terminal would act on, or not show, stands as its number; tabs and letters stay", () => {
  assert.equal(visible("a\x1b]0;x\x07\n\u009b\u202e\u200b"), "a\\u001b]0;x\\u0007\\u000a\\u009b\\u202e\\u200b");
  assert.equal(visible('\té漢🙂 \\ "'), '\té漢🙂 \\ "');
});
