/**
 * DescribeLogDirs (key 35): log directories of a broker, what is in them and how large it is.
 *
 * - 1: where 4.x starts
 * - 2: flexible
 * - 3: response adds errorCode
 * - 4: response adds totalBytes and usableBytes
 * - 5: response adds isCordoned
 */
import { array, bool, int16, int32, int64, message, string, type Value } from "../schema.js";

export const DescribeLogDirsRequest = message("DescribeLogDirsRequest", "1-5", "2+", {
  topics: array("0+", { nullable: "0+" }).of({
    topic: string("0+"),
    partitions: array("0+").of("int32"),
  }),
});
export type DescribeLogDirsRequest = Value<typeof DescribeLogDirsRequest>;

export const DescribeLogDirsResponse = message("DescribeLogDirsResponse", "1-5", "2+", {
  throttleTimeMs: int32("0+"),
  errorCode: int16("3+", { ignorable: true }),
  results: array("0+").of({
    errorCode: int16("0+"),
    logDir: string("0+"),
    topics: array("0+").of({
      name: string("0+"),
      partitions: array("0+").of({
        partitionIndex: int32("0+"),
        partitionSize: int64("0+"),
        offsetLag: int64("0+"),
        isFutureKey: bool("0+"),
      }),
    }),
    totalBytes: int64("4+", { default: -1, ignorable: true }),
    usableBytes: int64("4+", { default: -1, ignorable: true }),
    isCordoned: bool("5+", { ignorable: true }),
  }),
});
export type DescribeLogDirsResponse = Value<typeof DescribeLogDirsResponse>;
