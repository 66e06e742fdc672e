// Prints what Khronos' validator says of a file, as JSON: node validate_gltf.js FOLDER_OF_THE_VALIDATOR FILE
const [, , validator, file] = process.argv;
const bytes = new Uint8Array(require("fs").readFileSync(file));
require(validator).validateBytes(bytes).then((report) => console.log(JSON.stringify(report)));
