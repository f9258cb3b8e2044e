"""librdkafka through confluent-kafka: the commands and lines are those of test/support/exchange-client.ts."""

import sys
import threading
import time

from confluent_kafka import Consumer, KafkaError, Producer, TopicPartition


def say(*words):
    print(*words, flush=True)


def value(sequence, size):
    text = f"{sequence} " + "the same words again and again " * (size // 31 + 1)
    return text[: max(size, len(str(sequence)) + 1)].encode()


def check(record):
    sequence = record.value().split(b" ")[0]
    header = dict(record.headers() or []).get("sequence")
    if header != sequence:
        say("mixed", sequence, header)
    say("record", record.partition(), record.offset(), sequence.decode())


def produce(bootstrap, topic, partitions, count, size, codec, per_second):
    producer = Producer(
        {
            "bootstrap.servers": bootstrap,
            "enable.idempotence": True,
            "compression.type": codec,
            "linger.ms": 5,
            "reconnect.backoff.max.ms": 500,
        }
    )

    def delivered(sequence):
        def tell(error, message):
            if error is not None:
                say("failed", sequence, error)
            else:
                say("ack", message.partition(), message.offset(), sequence)

        return tell

    begin = time.monotonic()
    for sequence in range(int(count)):
        if float(per_second) > 0:
            wait = begin + sequence / float(per_second) - time.monotonic()
            producer.poll(max(0, wait))
        producer.produce(
            topic,
            value(sequence, int(size)),
            partition=sequence % int(partitions),
            headers={"sequence": str(sequence)},
            on_delivery=delivered(sequence),
        )
        producer.poll(0)
    producer.flush(60)
    say("done")


def settings(bootstrap, group):
    return {
        "bootstrap.servers": bootstrap,
        "group.id": group,
        "auto.offset.reset": "earliest",
        "enable.auto.commit": False,
        "reconnect.backoff.max.ms": 500,
    }


def polled(consumer, timeout):
    for record in consumer.consume(500, timeout):
        if record.error() is None:
            yield record
        elif record.error().code() != KafkaError._PARTITION_EOF and not record.error().retriable():
            say("error", record.error())


def read(bootstrap, topic, partitions, count):
    consumer = Consumer(settings(bootstrap, "reader-without-a-group"))
    consumer.assign([TopicPartition(topic, each, 0) for each in range(int(partitions))])
    seen, last_look, limit = 0, False, time.monotonic() + 60
    while time.monotonic() < limit and not last_look:
        # One more look after the last expected record: a doubled one would come then.
        last_look = seen >= int(count)
        for record in polled(consumer, 0.5):
            check(record)
            seen += 1
    consumer.close()
    say("done")


def group(bootstrap, topic, name):
    ended = threading.Event()
    threading.Thread(target=lambda: (sys.stdin.read(), ended.set()), daemon=True).start()
    config = settings(bootstrap, name) | {
        "partition.assignment.strategy": "cooperative-sticky",
        "session.timeout.ms": 6000,
        "heartbeat.interval.ms": 300,
    }
    consumer = Consumer(config)
    consumer.subscribe([topic])
    known = None
    while not ended.is_set():
        records = list(polled(consumer, 0.1))
        assigned = sorted(each.partition for each in consumer.assignment())
        if assigned != known:
            known = assigned
            say("assigned", *assigned)
        for record in records:
            check(record)
        if records:
            try:
                consumer.commit(asynchronous=False)
            except Exception as error:
                # Another generation has these partitions, or nobody coordinates at the moment: they are read again.
                print(error, file=sys.stderr)
    try:
        consumer.commit(asynchronous=False)
    except Exception as error:
        print(error, file=sys.stderr)
    consumer.close()
    say("done")


{"produce": produce, "read": read, "group": group}[sys.argv[1]](*sys.argv[2:])
