import assert from "node:assert/strict";
import { createServer, type Server } from "node:net";
import { test } from "node:test";
import { ExitCode, Failure } from "./failure.js";
import { choosePorts, type PortWishes } from "./ports.js";

const any: PortWishes = {
  brokers: 3,
  host: "127.0.0.1",
  port: 0,
  consolePort: 1,
  advertised: 1,
  any: true,
  strict: false,
};

function hold(port: number): Promise<Server> {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.once("error", reject);
    server.listen(port, "127.0.0.1", () => resolve(server));
  });
}

test("any ports are distinct", async () => {
  const { ports } = await choosePorts(any);
  const all = [...ports.brokers, ...ports.controllers, ...ports.http, ...ports.advertised.flat(), ports.console];
  assert.equal(new Set(all).size, 13);
});

test("when one of the wished ports is taken, all shift together", async () => {
  const { ports } = await choosePorts(any);
  const port = ports.brokers[0];
  const wishes = { ...any, any: false, port, consolePort: port + 4 };
  const squatter = await hold(port + 1);
  try {
    const { ports: shifted, shiftedBecauseOf } = await choosePorts(wishes);
    assert.equal(shiftedBecauseOf, port + 1);
    const shift = shifted.brokers[0] - port;
    assert.ok(shift > 0 && shift % 10 === 0);
    assert.deepEqual(shifted.brokers, [port + shift, port + shift + 1, port + shift + 2]);
    assert.equal(shifted.console, port + 4 + shift);
  } finally {
    squatter.close();
  }
});

test("with strict ports a taken one is a failure with exit code 4 that names it", async () => {
  const { ports } = await choosePorts(any);
  const squatter = await hold(ports.brokers[0]);
  try {
    await assert.rejects(
      choosePorts({ ...any, any: false, strict: true, port: ports.brokers[0] }),
      (error) =>
        error instanceof Failure &&
        error.exitCode === ExitCode.portTaken &&
        error.message.includes(String(ports.brokers[0])),
    );
  } finally {
    squatter.close();
  }
});
