// Writes src/protocol.ts: the types of all that jamd and the page tell each other, from the schemas in ../openapi.yaml.
import { readFileSync, writeFileSync } from "node:fs";
import openapiTS, { astToString } from "openapi-typescript";
import { parse } from "yaml";

const { openapi, info, components } = parse(readFileSync("../openapi.yaml", "utf8"), (_, value) => {
  if (value?.minItems === undefined) delete value?.maxItems; // a list with a limit is a list, and no tuple of any length
  delete value?.discriminator; // the types are told apart by their field "type" without it
  return value;
});
const types = await openapiTS(
  { openapi, info, paths: {}, components: { schemas: components.schemas } },
  { arrayLength: true, rootTypes: true, rootTypesNoSchemaPrefix: true, silent: true },
);
const header = "// Generated from ui/openapi.yaml by protocol.mjs. Change that file, and run `make page`.\n";
const { maxLength } = components.schemas.Rating.properties.comment;
const limits = `/** The most characters of a comment. */\nexport const maxComment = ${maxLength};\n`;
writeFileSync("src/protocol.ts", header + limits + astToString(types));
