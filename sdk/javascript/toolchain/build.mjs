// Makes a component of a check: `node build.mjs --check DIR --wit DIR --out FILE.wasm`.
//
// The same files give the same bytes, in any folder, at any time: what is built is a copy in which every file has a
// fixed place, and the engine knows neither time nor chance (runtime.mjs). The component has no descriptor yet.

import { existsSync, mkdirSync, mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { dirname, extname, join, relative, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";

import { runtime } from "./runtime.mjs";

const SDK = "touchstone-sdk";
const HERE = dirname(fileURLToPath(import.meta.url));
const WORLD = "javascript-check";

/** What is not the check's source: tests, and what others wrote. */
const NOT_SOURCE = new Set(["node_modules", "vendor", "test", "tests"]);
const SOURCES = new Set([".js", ".mjs", ".json"]);

/** Interfaces of the contract, and how a check's own files look that use them. */
const USES = {
  openstack: /touchstone-sdk\/openstack|\.(call|callAll|getAll|create|catalog|identity)\s*\(|\.get\s*\([^()]*,/,
  assets: /\.asset\s*\(/,
  probe: /\.probe\s*\(/,
  evidence: /\.evidence\s*\(/,
};
const ALWAYS = ["findings", "context"];

/** What is wrong with the check, for its author. */
class Wrong extends Error {}

async function build({ check, wit, out, modules }) {
  const described = manifest(check);
  const stage = mkdtempSync(join(tmpdir(), "touchstone-javascript-"));
  try {
    const sources = copy(check, join(stage, "check"), (name) => !NOT_SOURCE.has(name));
    const sdk = join(stage, "node_modules", SDK);
    copy(join(described.sdk, "src"), join(sdk, "src"), () => true);
    put(join(sdk, "package.json"), readFileSync(join(described.sdk, "package.json")));
    const contract = readContract(wit);
    const imports = described.imports ?? used(sources);
    writeWorld(join(stage, "wit"), contract, imports);
    const jsPath = join(stage, "main.js");
    const jsSource = main(described.main, contract.version, imports);
    put(jsPath, jsSource);
    const { componentize } = createRequire(join(modules, "componentize-qjs", "package.json"))("./index.js");
    const { component } = await componentize({
      jsSource,
      jsPath,
      moduleRoot: stage,
      witPath: join(stage, "wit"),
      world: WORLD,
      runtimeBytes: runtime(modules),
      stubWasi: true,
    });
    put(out, component);
  } finally {
    rmSync(stage, { recursive: true, force: true });
  }
}

/** What a check's package.json says. */
function manifest(check) {
  const path = join(check, "package.json");
  const wrong = (what) => new Wrong(`${path}: ${what}`);
  if (!existsSync(path)) throw wrong("there is none; `touchstone check new NAME --lang javascript` makes a check");
  let json;
  try {
    json = JSON.parse(readFileSync(path, "utf8"));
  } catch (error) {
    throw wrong(`is not JSON: ${error.message}`);
  }
  const { main: file, dependencies = {}, touchstone = {} } = json;
  if (
    typeof file !== "string" ||
    !existsSync(join(check, file)) ||
    relative(check, join(check, file)).startsWith("..")
  ) {
    throw wrong("`main` is the file that exports CHECK, e.g. `src/check.js`");
  }
  const { [SDK]: sdk, ...others } = dependencies;
  if (typeof sdk !== "string" || !sdk.startsWith("file:")) throw wrong(`\`dependencies\` has \`"${SDK}": "file:…"\``);
  if (Object.keys(others).length > 0) {
    throw wrong(
      `a check depends on ${SDK} alone, and not on ${Object.keys(others).join(", ")}: what a verdict follows from is to be ` +
        "read in one place. Copy what you need beside your own files, under its licence",
    );
  }
  const folder = resolve(check, sdk.slice("file:".length));
  if (!existsSync(join(folder, "src", "component.js"))) throw wrong(`${folder} is not the SDK`);
  const { imports } = touchstone;
  if (imports !== undefined && !(Array.isArray(imports) && imports.every((name) => name in USES))) {
    throw wrong(`\`touchstone.imports\` is a list of some of ${Object.keys(USES).join(", ")}`);
  }
  return { main: file, sdk: folder, imports };
}

/** Copies what may be imported, and returns it as one text. */
function copy(from, to, wanted) {
  let all = "";
  const entries = readdirSync(from, { withFileTypes: true }).sort((a, b) => (a.name < b.name ? -1 : 1));
  for (const entry of entries) {
    const path = join(from, entry.name);
    if (entry.name.startsWith(".") || !wanted(entry.name)) continue;
    if (entry.isDirectory()) {
      all += copy(path, join(to, entry.name), wanted);
    } else if (entry.isFile() && SOURCES.has(extname(entry.name)) && !entry.name.endsWith(".test.js")) {
      const content = readFileSync(path);
      put(join(to, entry.name), content);
      if (extname(entry.name) !== ".json") all += `${content.toString()}\n`;
    }
  }
  return all;
}

/** The interfaces that the check's own files use: the others are not imported. */
function used(sources) {
  return Object.keys(USES).filter((name) => USES[name].test(sources));
}

function readContract(folder) {
  const files = readdirSync(folder).filter((name) => name.endsWith(".wit"));
  const contract = files.map((name) => ({ name, text: readFileSync(join(folder, name), "utf8") }));
  const version = contract.map(({ text }) => /^package touchstone:check@([^;]+);/m.exec(text)?.[1]).find(Boolean);
  if (version === undefined) throw new Wrong(`${folder}: no file of it says \`package touchstone:check@VERSION;\``);
  return { files: contract, version };
}

/** The contract, with a world of the interfaces that the check uses. */
function writeWorld(folder, { files, version }, imports) {
  for (const { name, text } of files) put(join(folder, name), text);
  const names = [...ALWAYS, ...imports].map((name) => `    import ${name};\n`).join("");
  const world = `package touchstone:check@${version};\n\nworld ${WORLD} {\n${names}    export check;\n}\n`;
  put(join(folder, `${WORLD}.wit`), world);
}

/** The module that a component begins with: only here are there imports of the contract. */
function main(file, version, imports) {
  const names = [...ALWAYS, ...imports];
  return [
    // First of all, so that the check's modules find a check's surroundings.
    `import { component } from "${SDK}/component";`,
    ...names.map((name) => `import * as ${name} from "touchstone:check/${name}@${version}";`),
    `import { CHECK } from ${JSON.stringify(`./check/${file.replace(/^\.\//, "")}`)};`,
    `export const check = component(CHECK, { ${names.join(", ")} });`,
    "",
  ].join("\n");
}

function put(path, content) {
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, content);
}

function options() {
  const { values } = parseArgs({
    options: {
      check: { type: "string" },
      wit: { type: "string" },
      out: { type: "string" },
      modules: { type: "string" },
    },
  });
  for (const name of ["check", "wit", "out"]) if (values[name] === undefined) throw new Wrong(`--${name} is missing`);
  const paths = { modules: join(HERE, "node_modules"), ...values };
  return Object.fromEntries(Object.entries(paths).map(([name, path]) => [name, resolve(path)]));
}

try {
  await build(options());
} catch (error) {
  // What the engine says of the check's own modules comes as a plain Error, with nothing of ours in its stack.
  console.error(error instanceof Wrong ? error.message : `the check cannot be built: ${error.message}`);
  process.exitCode = 1;
}
