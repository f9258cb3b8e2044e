import type * as api from "../dist/types/cluster/embedded/jest.js" with { "resolution-mode": "import" };
export type * from "../dist/types/cluster/embedded/jest.js" with { "resolution-mode": "import" };
export declare const globalSetup: typeof api.globalSetup;
export declare const globalTeardown: typeof api.globalTeardown;
export declare const useHoldfast: typeof api.useHoldfast;
export declare const useNamespace: typeof api.useNamespace;
export declare const sharedBootstrapServers: typeof api.sharedBootstrapServers;
