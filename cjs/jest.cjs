"use strict";
// For `require`. Jest runs test files in a sandbox that cannot load ES modules: the package is loaded outside of it, by Node itself.
const { createRequire } = require("node:vm").runInThisContext("process").getBuiltinModule("node:module");
const loaded = createRequire(__filename)("../dist/lib/jest.js");

// As a global set-up Jest calls the module itself. The hooks are those of the sandbox, which only this file sees.
const hooks = () => ({ beforeAll: globalThis.beforeAll, afterAll: globalThis.afterAll });
module.exports = Object.assign(() => loaded.default(), loaded, {
  useHoldfast: (options, given = hooks()) => loaded.useHoldfast(options, given),
  useNamespace: (prefix, given = hooks()) => loaded.useNamespace(prefix, given),
});
