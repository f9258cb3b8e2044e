"""aiokafka: the commands and lines are those of test/support/exchange-client.ts."""

import asyncio
import logging
import sys

from aiokafka import AIOKafkaConsumer, AIOKafkaProducer, ConsumerRebalanceListener, TopicPartition
from aiokafka.errors import KafkaError

logging.disable(logging.CRITICAL)


def say(*words):
    print(*words, flush=True)


def value(sequence, size):
    text = f"{sequence} " + "the same words again and again " * (size // 31 + 1)
    return text[: max(size, len(str(sequence)) + 1)].encode()


def check(record):
    sequence = record.value.split(b" ")[0]
    header = dict(record.headers).get("sequence")
    if header != sequence:
        say("mixed", sequence, header)
    say("record", record.partition, record.offset, sequence.decode())


async def produce(bootstrap, topic, partitions, count, size, codec, per_second):
    compression = None if codec == "none" else codec
    loop = asyncio.get_running_loop()
    producer = AIOKafkaProducer(bootstrap_servers=bootstrap, enable_idempotence=True, compression_type=compression, linger_ms=5)
    await producer.start()

    def tell(sequence, sent):
        if sent.exception() is not None:
            say("failed", sequence, sent.exception())
        else:
            say("ack", sent.result().partition, sent.result().offset, sequence)

    begin, sent = loop.time(), []
    for sequence in range(int(count)):
        if float(per_second) > 0:
            await asyncio.sleep(max(0, begin + sequence / float(per_second) - loop.time()))
        acknowledged = await producer.send(
            topic,
            value(sequence, int(size)),
            partition=sequence % int(partitions),
            headers=[("sequence", str(sequence).encode())],
        )
        acknowledged.add_done_callback(lambda each, sequence=sequence: tell(sequence, each))
        sent.append(acknowledged)
    await asyncio.gather(*sent, return_exceptions=True)
    await producer.stop()
    say("done")


async def stop(consumer):
    try:
        await consumer.stop()
    except asyncio.CancelledError:
        # aiokafka 0.14.0: a fetch that waits to be tried again (its broker died a moment ago) is cancelled by stop(), which then raises what
        # it did itself. The group has been left by then, and nobody cancels this program.
        print("stopped within a fetch's back-off", file=sys.stderr)


async def read(bootstrap, topic, partitions, count):
    consumer = AIOKafkaConsumer(bootstrap_servers=bootstrap, auto_offset_reset="earliest", enable_auto_commit=False)
    await consumer.start()
    consumer.assign([TopicPartition(topic, each) for each in range(int(partitions))])
    loop = asyncio.get_running_loop()
    seen, last_look, limit = 0, False, loop.time() + 60
    while loop.time() < limit and not last_look:
        # One more look after the last expected record: a doubled one would come then.
        last_look = seen >= int(count)
        for records in (await consumer.getmany(timeout_ms=500)).values():
            for record in records:
                check(record)
                seen += 1
    await stop(consumer)
    say("done")


class Tell(ConsumerRebalanceListener):
    async def on_partitions_revoked(self, revoked):
        pass

    async def on_partitions_assigned(self, assigned):
        say("assigned", *sorted(each.partition for each in assigned))


async def group(bootstrap, topic, name):
    ended = asyncio.get_running_loop().run_in_executor(None, sys.stdin.read)
    consumer = AIOKafkaConsumer(
        bootstrap_servers=bootstrap,
        group_id=name,
        auto_offset_reset="earliest",
        enable_auto_commit=False,
        session_timeout_ms=6000,
        heartbeat_interval_ms=300,
        rebalance_timeout_ms=10000,
    )
    consumer.subscribe([topic], listener=Tell())
    await consumer.start()
    while not ended.done():
        batches = await consumer.getmany(timeout_ms=100)
        for records in batches.values():
            for record in records:
                check(record)
        if batches:
            try:
                await consumer.commit()
            except KafkaError as error:
                # Another generation has these partitions, or nobody coordinates at the moment: they are read again.
                print(error, file=sys.stderr)
    try:
        await consumer.commit()
    except KafkaError as error:
        print(error, file=sys.stderr)
    await stop(consumer)
    say("done")


asyncio.run({"produce": produce, "read": read, "group": group}[sys.argv[1]](*sys.argv[2:]))
