/** Of this software; package.json has the same. */
export const RELEASE = "0.1.0";
