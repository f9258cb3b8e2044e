import type * as api from "../dist/src/index.js" with { "resolution-mode": "import" };
export type * from "../dist/src/index.js" with { "resolution-mode": "import" };
export declare const Holdfast: typeof api.Holdfast;
export type Holdfast = api.Holdfast;
export declare const HoldfastError: typeof api.HoldfastError;
export type HoldfastError = api.HoldfastError;
export declare const Namespace: typeof api.Namespace;
export type Namespace = api.Namespace;
