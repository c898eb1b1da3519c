import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";

import { officialType } from "../src/openstack.js";

test("aliases of services are those of the host", () => {
  const host = readFileSync(new URL("../../../host/grants/src/service.rs", import.meta.url), "utf8");
  const table = /const ALIASES: [^=]*= &\[(.*?)\n\];/s.exec(host)[1];
  const entries = [...table.matchAll(/\("([a-z-]+)", &\[([^\]]*)\]\)/g)];
  assert.ok(entries.length > 10);
  for (const [, official, aliases] of entries) {
    for (const [, alias] of aliases.matchAll(/"([a-z0-9-]+)"/g)) assert.equal(officialType(alias), official);
  }
  assert.equal(officialType("Block_Storage"), "block-storage");
  assert.equal(officialType("vendor-thing"), "vendor-thing");
});
