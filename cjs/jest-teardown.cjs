"use strict";
const { createRequire } = require("node:vm").runInThisContext("process").getBuiltinModule("node:module");
module.exports = createRequire(__filename)("../dist/src/cluster/embedded/jest.js").globalTeardown;
