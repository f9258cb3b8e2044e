"use strict";
const { createRequire } = require("node:vm").runInThisContext("process").getBuiltinModule("node:module");
module.exports = createRequire(__filename)("../dist/lib/jest.js").globalTeardown;
