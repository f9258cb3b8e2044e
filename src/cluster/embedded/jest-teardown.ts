/** `globalTeardown: "holdfast/jest/teardown"`. */
export { globalTeardown as default } from "./jest.js";
