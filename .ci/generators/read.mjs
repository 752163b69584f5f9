// Parses every event and all its futures with the code that Ajv, json-schema-to-zod and quicktype generate from the consumer
// schema.
//
//     node read.mjs EVENTS FOLDER     EVENTS: one `{"name", "event"}` per line; FOLDER: the output folder for generated code

import assert from "node:assert/strict";
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import path from "node:path";
import { pathToFileURL } from "node:url";
import RefParser from "@apidevtools/json-schema-ref-parser";
import { Ajv2020 } from "ajv/dist/2020.js";
import addFormats from "ajv-formats";
import { jsonSchemaToZod } from "json-schema-to-zod";
import { InputData, JSONSchemaInput, quicktype } from "quicktype-core";
import { z } from "zod";

const [eventsFile, folder] = process.argv.slice(2);
const schemaText = readFileSync(new URL("../../docs/schema/event.consumer.schema.json", import.meta.url), "utf8");
const events = readFileSync(eventsFile, "utf8").trimEnd().split("\n").map((line) => JSON.parse(line));
assert(events.length > 1000, `${events.length} events`);
mkdirSync(folder, { recursive: true });

function ajv() {
  const ajv = new Ajv2020({ strict: true, strictTypes: true, allowUnionTypes: true });
  addFormats.default(ajv);
  const validate = ajv.compile(JSON.parse(schemaText));
  exact(ajv);
  return (event) => {
    assert(validate(event), ajv.errorsText(validate.errors));
  };
}

/** Checks that the exact schema also compiles in strict mode. */
function exact(ajv) {
  const validate = ajv.compile(JSON.parse(readFileSync(new URL("../../docs/schema/event.schema.json", import.meta.url), "utf8")));
  for (const { name, event } of events.filter(({ name }) => name === "today")) {
    assert(validate(event), `${name}: ${ajv.errorsText(validate.errors)}`);
  }
}

/** json-schema-to-zod does not follow references; its own documentation says to resolve them first. */
async function zod() {
  const schema = JSON.parse(schemaText);
  delete schema.$id;
  const code = jsonSchemaToZod(await RefParser.dereference(schema), { module: "none" });
  assert(!code.includes("z.any()"), code);
  const parser = new Function("z", `return ${code}`)(z);
  return (event) => {
    const read = parser.parse(event);
    assert.equal(read.data.message?.text, event.data.message?.text);
  };
}

async function generate(lang, rendererOptions) {
  const input = new JSONSchemaInput();
  await input.addSource({ name: "ChathooksEvent", schema: schemaText });
  const data = new InputData();
  data.addInput(input);
  const { lines } = await quicktype({ inputData: data, lang, rendererOptions });
  return lines.join("\n");
}

async function quicktypeJs() {
  const file = path.resolve(folder, "quicktype.mjs");
  writeFileSync(file, (await generate("javascript", {})).replace(/module\.exports = \{([^}]*)\};/, (_, names) =>
    `export { ${names.replace(/"(\w+)": (\w+)/g, "$2 as $1")} };`));
  const { toChathooksEvent } = await import(pathToFileURL(file));
  return (event) => {
    const read = toChathooksEvent(JSON.stringify(event));
    assert.equal(read.data.message?.text, event.data.message?.text);
  };
}

/** Checks that the code in every language has exactly the schema's names. */
async function names() {
  const schema = JSON.parse(schemaText);
  const expected = [schema.title, ...Object.values(schema.$defs).map(({ title }) => title)].sort();
  const declarations = {
    typescript: [/^export interface (\w+)/gm, { "just-types": "true" }],
    go: [/^type (\w+) struct/gm, { "just-types": "true" }],
    csharp: [/^ *public partial class (\w+)/gm, { features: "attributes-only" }],
    kotlin: [/^data class (\w+)/gm, { framework: "jackson" }],
    java: [/^public class (\w+)/gm, { "just-types": "true" }],
    swift: [/^struct (\w+)/gm, { "just-types": "true" }],
  };
  for (const [lang, [declaration, options]] of Object.entries(declarations)) {
    const code = await generate(lang, options);
    assert.deepEqual([...code.matchAll(declaration)].map(([, name]) => name).sort(), expected, lang);
  }
  writeFileSync(path.join(folder, "quicktype.py"), await generate("python", {}));
}

await names();
for (const [name, read] of Object.entries({ ajv: ajv(), zod: await zod(), quicktype: await quicktypeJs() })) {
  for (const { name: future, event } of events) {
    try {
      read(event);
    } catch (error) {
      throw new Error(`${name}: ${future}`, { cause: error });
    }
  }
  console.log(`${name}: ${events.length} events`);
}
