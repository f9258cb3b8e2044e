import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.concurrent.atomic.AtomicInteger;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.ByteArraySerializer;

/**
 * Apache Kafka's own client, with its defaults, for tests that drive it from outside.
 *
 * <pre>
 * produce BOOTSTRAP TOPIC PARTITIONS COUNT BYTES CODEC PER_SECOND   prints "ack PARTITION OFFSET SEQUENCE" as each is acknowledged
 * read    BOOTSTRAP TOPIC PARTITIONS COUNT [SECONDS]                prints "record PARTITION OFFSET SEQUENCE" until COUNT were read
 * </pre>
 *
 * A record's value is its sequence number in decimal, padded; its partition is sequence modulo partitions.
 */
public final class Exchange {
  public static void main(String[] args) throws Exception {
    switch (args[0]) {
      case "produce" -> produce(args);
      case "read" -> read(args);
      default -> throw new IllegalArgumentException(args[0]);
    }
  }

  private static void produce(String[] args) throws Exception {
    String topic = args[2];
    int partitions = Integer.parseInt(args[3]);
    int count = Integer.parseInt(args[4]);
    int bytes = Integer.parseInt(args[5]);
    double perSecond = Double.parseDouble(args[7]);
    Properties properties = new Properties();
    properties.put("bootstrap.servers", args[1]);
    properties.put("compression.type", args[6]);
    properties.put("key.serializer", ByteArraySerializer.class.getName());
    properties.put("value.serializer", ByteArraySerializer.class.getName());
    AtomicInteger failures = new AtomicInteger();
    StringBuilder out = new StringBuilder();
    try (KafkaProducer<byte[], byte[]> producer = new KafkaProducer<>(properties)) {
      long begin = System.nanoTime();
      for (int i = 0; i < count; i++) {
        if (perSecond > 0) {
          long due = begin + (long) (i * 1e9 / perSecond);
          long wait = due - System.nanoTime();
          if (wait > 0) Thread.sleep(wait / 1_000_000, (int) (wait % 1_000_000));
        }
        int sequence = i;
        byte[] value = value(sequence, bytes);
        ProducerRecord<byte[], byte[]> record = new ProducerRecord<>(topic, sequence % partitions, null, value);
        record.headers().add("sequence", Integer.toString(sequence).getBytes(StandardCharsets.UTF_8));
        producer.send(record, (metadata, error) -> {
          if (error != null) {
            failures.incrementAndGet();
            System.out.println("failed " + sequence + " " + error);
          } else {
            System.out.println("ack " + metadata.partition() + " " + metadata.offset() + " " + sequence + " " + System.currentTimeMillis());
          }
        });
      }
    }
    System.out.println("done " + failures.get());
    System.out.flush();
  }

  private static byte[] value(int sequence, int bytes) {
    StringBuilder text = new StringBuilder(bytes + 16).append(sequence).append(' ');
    while (text.length() < bytes) text.append("the same words again and again ");
    return text.substring(0, Math.max(bytes, Integer.toString(sequence).length() + 1)).getBytes(StandardCharsets.UTF_8);
  }

  private static void read(String[] args) {
    String topic = args[2];
    int partitions = Integer.parseInt(args[3]);
    int count = Integer.parseInt(args[4]);
    long limit = System.nanoTime() + 1_000_000_000L * (args.length > 5 ? Long.parseLong(args[5]) : 60);
    Properties properties = new Properties();
    properties.put("bootstrap.servers", args[1]);
    properties.put("auto.offset.reset", "earliest");
    properties.put("key.deserializer", ByteArrayDeserializer.class.getName());
    properties.put("value.deserializer", ByteArrayDeserializer.class.getName());
    List<TopicPartition> assignment = new ArrayList<>();
    for (int i = 0; i < partitions; i++) assignment.add(new TopicPartition(topic, i));
    int seen = 0;
    try (KafkaConsumer<byte[], byte[]> consumer = new KafkaConsumer<>(properties)) {
      consumer.assign(assignment);
      // One more poll after the last expected record: a doubled one would come then.
      boolean lastLook = false;
      while (System.nanoTime() < limit) {
        int before = seen;
        for (ConsumerRecord<byte[], byte[]> record : consumer.poll(Duration.ofMillis(500))) {
          String value = new String(record.value(), StandardCharsets.UTF_8);
          String sequence = value.substring(0, value.indexOf(' '));
          String header = new String(record.headers().lastHeader("sequence").value(), StandardCharsets.UTF_8);
          if (!header.equals(sequence)) System.out.println("mixed " + sequence + " " + header);
          System.out.println("record " + record.partition() + " " + record.offset() + " " + sequence);
          seen++;
        }
        if (seen >= count && (lastLook && seen == before)) break;
        if (seen >= count) lastLook = true;
      }
    }
    System.out.println("done " + seen);
    System.out.flush();
  }
}
