export { type Activation, Controller } from "./controller/controller.js";
export type {
  ApiError,
  ControllerConfigs,
  ControllerLog,
  ControllerOptions,
  ControllerRequestContext,
  EffectiveConfig,
} from "./controller/options.js";
