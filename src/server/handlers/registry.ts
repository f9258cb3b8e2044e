import type { ApiName } from "../../protocol/apis.js";
import type { Handler } from "../handler.js";

/**
 * Who serves each API: one handler, or one for each kind of listener. An API with none is neither served nor advertised. The compiler
 * holds it to be complete.
 */
const BY_API: Readonly<Partial<Record<ApiName, readonly Handler[]>>> = {};

export const HANDLERS: readonly Handler[] = Object.values(BY_API).flat();
