// Validates AsyncAPI documents with the parser of the AsyncAPI initiative: one line for each thing that is wrong.
import { Parser, fromFile } from "@asyncapi/parser";

const ERROR = 0;
const INFO = 2;
let wrong = false;
for (const path of process.argv.slice(2)) {
  const { document, diagnostics } = await fromFile(new Parser(), path).parse();
  for (const one of diagnostics.filter((found) => found.severity <= INFO)) {
    console.log(`${one.severity === ERROR ? "error" : "hint"} ${one.path.join(".")}: ${one.message}`);
  }
  wrong ||= document === undefined;
}
process.exit(wrong ? 1 : 0);
