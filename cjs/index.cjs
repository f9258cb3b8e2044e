"use strict";
// For `require`. Jest runs test files in a sandbox that cannot load ES modules: the package is loaded outside of it, by Node itself.
const { createRequire } = require("node:vm").runInThisContext("process").getBuiltinModule("node:module");
const loaded = createRequire(__filename)("../dist/src/index.js");
module.exports = loaded;
