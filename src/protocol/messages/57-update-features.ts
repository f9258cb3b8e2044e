/**
 * UpdateFeatures (key 57): changes the finalized levels of features.
 *
 * - 0: the first
 * - 1: request adds upgradeType and validateOnly; drops allowDowngrade
 * - 2: response drops results
 */
import { array, bool, int8, int16, int32, message, string, type Value } from "../schema.js";

export const UpdateFeaturesRequest = message("UpdateFeaturesRequest", "0-2", "0+", {
  timeoutMs: int32("0+", { default: 60000 }),
  featureUpdates: array("0+").of({
    feature: string("0+"),
    maxVersionLevel: int16("0+"),
    allowDowngrade: bool("0"),
    upgradeType: int8("1+", { default: 1 }),
  }),
  validateOnly: bool("1+"),
});
export type UpdateFeaturesRequest = Value<typeof UpdateFeaturesRequest>;

export const UpdateFeaturesResponse = message("UpdateFeaturesResponse", "0-2", "0+", {
  throttleTimeMs: int32("0+"),
  errorCode: int16("0+"),
  errorMessage: string("0+", { nullable: "0+" }),
  results: array("0-1", { ignorable: true }).of({
    feature: string("0+"),
    errorCode: int16("0+"),
    errorMessage: string("0+", { nullable: "0+" }),
  }),
});
export type UpdateFeaturesResponse = Value<typeof UpdateFeaturesResponse>;
