// sarama: the commands and lines are those of test/support/exchange-client.ts.
package main

import (
	"bufio"
	"context"
	"fmt"
	"io"
	"os"
	"sort"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/IBM/sarama"
)

var (
	out  = bufio.NewWriter(os.Stdout)
	lock sync.Mutex
)

func say(words ...any) {
	lock.Lock()
	defer lock.Unlock()
	fmt.Fprintln(out, words...)
	out.Flush()
}

func must(err error) {
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

func number(word string) int {
	n, err := strconv.Atoi(word)
	must(err)
	return n
}

func value(sequence, size int) string {
	text := strconv.Itoa(sequence) + " " + strings.Repeat("the same words again and again ", size/31+1)
	return text[:max(size, len(strconv.Itoa(sequence))+1)]
}

func check(record *sarama.ConsumerMessage) {
	sequence, _, _ := strings.Cut(string(record.Value), " ")
	header := ""
	for _, each := range record.Headers {
		if string(each.Key) == "sequence" {
			header = string(each.Value)
		}
	}
	if header != sequence {
		say("mixed", sequence, header)
	}
	say("record", record.Partition, record.Offset, sequence)
}

func config() *sarama.Config {
	config := sarama.NewConfig()
	config.Version = sarama.MaxVersion
	config.Metadata.Retry.Max = 100
	config.Metadata.Retry.Backoff = 100 * time.Millisecond
	config.Consumer.Offsets.Initial = sarama.OffsetOldest
	config.Consumer.Offsets.AutoCommit.Enable = false
	config.Consumer.Offsets.Retry.Max = 100
	return config
}

func produce(brokers []string, topic string, words []string) {
	partitions, count, size := number(words[0]), number(words[1]), number(words[2])
	perSecond, err := strconv.ParseFloat(words[4], 64)
	must(err)
	config := config()
	config.Producer.Idempotent = true
	config.Producer.RequiredAcks = sarama.WaitForAll
	config.Producer.Return.Successes = true
	config.Producer.Partitioner = sarama.NewManualPartitioner
	// Two minutes, as the Java client's: Apache Kafka finds out about a dead leader by a session that ends.
	config.Producer.Retry.Max = 1200
	config.Producer.Retry.Backoff = 100 * time.Millisecond
	config.Net.MaxOpenRequests = 1
	must(config.Producer.Compression.UnmarshalText([]byte(words[3])))
	producer, err := sarama.NewAsyncProducer(brokers, config)
	must(err)
	var told, answered sync.WaitGroup
	told.Add(2)
	answered.Add(count)
	go func() {
		defer told.Done()
		for sent := range producer.Successes() {
			say("ack", sent.Partition, sent.Offset, sent.Metadata)
			answered.Done()
		}
	}()
	go func() {
		defer told.Done()
		for failed := range producer.Errors() {
			say("failed", failed.Msg.Metadata, failed.Err)
			answered.Done()
		}
	}()
	begin := time.Now()
	for sequence := 0; sequence < count; sequence++ {
		if perSecond > 0 {
			time.Sleep(time.Until(begin.Add(time.Duration(float64(sequence) / perSecond * float64(time.Second)))))
		}
		producer.Input() <- &sarama.ProducerMessage{
			Topic:     topic,
			Partition: int32(sequence % partitions),
			Value:     sarama.StringEncoder(value(sequence, size)),
			Headers:   []sarama.RecordHeader{{Key: []byte("sequence"), Value: []byte(strconv.Itoa(sequence))}},
			Metadata:  sequence,
		}
	}
	// What waits to be sent again fails when the producer is closed.
	answered.Wait()
	producer.AsyncClose()
	told.Wait()
}

func read(brokers []string, topic string, words []string) {
	partitions, count := number(words[0]), number(words[1])
	consumer, err := sarama.NewConsumer(brokers, config())
	must(err)
	records := make(chan *sarama.ConsumerMessage)
	for partition := 0; partition < partitions; partition++ {
		of, err := consumer.ConsumePartition(topic, int32(partition), sarama.OffsetOldest)
		must(err)
		go func() {
			for record := range of.Messages() {
				records <- record
			}
		}()
	}
	wait := 60 * time.Second
	for seen := 0; ; seen++ {
		if seen >= count {
			// A doubled record would come now.
			wait = 500 * time.Millisecond
		}
		select {
		case record := <-records:
			check(record)
		case <-time.After(wait):
			return
		}
	}
}

type member struct{}

func (member) Setup(session sarama.ConsumerGroupSession) error {
	for _, partitions := range session.Claims() {
		sort.Slice(partitions, func(a, b int) bool { return partitions[a] < partitions[b] })
		say("assigned", strings.Trim(fmt.Sprint(partitions), "[]"))
	}
	if len(session.Claims()) == 0 {
		say("assigned")
	}
	return nil
}

func (member) Cleanup(session sarama.ConsumerGroupSession) error {
	session.Commit()
	return nil
}

func (member) ConsumeClaim(session sarama.ConsumerGroupSession, claim sarama.ConsumerGroupClaim) error {
	for {
		select {
		case record, open := <-claim.Messages():
			if !open {
				return nil
			}
			check(record)
			session.MarkMessage(record, "")
			if len(claim.Messages()) == 0 {
				session.Commit()
			}
		case <-session.Context().Done():
			return nil
		}
	}
}

func group(brokers []string, topic string, words []string) {
	config := config()
	config.Consumer.Group.Session.Timeout = 6 * time.Second
	config.Consumer.Group.Heartbeat.Interval = 300 * time.Millisecond
	config.Consumer.Group.Rebalance.Timeout = 10 * time.Second
	config.Consumer.Group.Rebalance.GroupStrategies = []sarama.BalanceStrategy{sarama.NewBalanceStrategySticky()}
	consumers, err := sarama.NewConsumerGroup(brokers, words[0], config)
	must(err)
	ctx, cancel := context.WithCancel(context.Background())
	go func() {
		_, _ = io.Copy(io.Discard, os.Stdin)
		cancel()
	}()
	for ctx.Err() == nil {
		if err := consumers.Consume(ctx, []string{topic}, member{}); err != nil && ctx.Err() == nil {
			// The coordinator is away, most often: the next call finds another.
			fmt.Fprintln(os.Stderr, err)
			time.Sleep(100 * time.Millisecond)
		}
	}
	must(consumers.Close())
}

func main() {
	brokers := strings.Split(os.Args[2], ",")
	switch os.Args[1] {
	case "produce":
		produce(brokers, os.Args[3], os.Args[4:])
	case "read":
		read(brokers, os.Args[3], os.Args[4:])
	case "group":
		group(brokers, os.Args[3], os.Args[4:])
	default:
		must(fmt.Errorf("no command %q", os.Args[1]))
	}
	say("done")
}
