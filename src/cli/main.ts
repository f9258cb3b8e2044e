#!/usr/bin/env node
import { ExitCode } from "../cluster/failure.js";
import { refusalOf, run } from "./program.js";

process.stdout.on("error", (error: NodeJS.ErrnoException) => {
  // The reader of the pipe has enough (`holdfast consume t | head`).
  if (error.code === "EPIPE") process.exit(ExitCode.done);
  throw error;
});

run(process.argv.slice(2)).catch(async (error: unknown) => {
  const { text, exitCode } = await refusalOf(error);
  process.stderr.write(text);
  process.exitCode = exitCode;
});
