"""Confluent's Python client against a server: sends records of both formats, in every strategy and place of the schema's
name, to topics that validate them, reads them back, and prints what it got as one JSON document per line."""

import json
import sys
import time

from confluent_kafka import Consumer, KafkaException, Producer, TopicPartition
from confluent_kafka.admin import AdminClient, NewTopic
from confluent_kafka.schema_registry import (
    SchemaRegistryClient,
    header_schema_id_serializer,
    prefix_schema_id_serializer,
    record_subject_name_strategy,
    topic_record_subject_name_strategy,
    topic_subject_name_strategy,
)
from confluent_kafka.schema_registry.avro import AvroDeserializer, AvroSerializer
from confluent_kafka.schema_registry.protobuf import ProtobufDeserializer, ProtobufSerializer
from confluent_kafka.serialization import MessageField, SerializationContext
from google.protobuf import descriptor_pb2, message_factory, timestamp_pb2

TIMEOUT_SECONDS = 30
STRATEGIES = {
    "TopicName": topic_subject_name_strategy,
    "RecordName": record_subject_name_strategy,
    "TopicRecordName": topic_record_subject_name_strategy,
}
PLACES = {"prefix": prefix_schema_id_serializer, "header": header_schema_id_serializer}
ORDER = {
    "type": "record",
    "name": "Order",
    "namespace": "oracle",
    "fields": [
        {"name": "id", "type": "string"},
        {"name": "cents", "type": "long", "default": 0},
        {"name": "note", "type": ["null", "string"], "default": None},
    ],
}


def protobuf_messages():
    """The messages of two files, of which one imports the other and a well-known one."""
    field = descriptor_pb2.FieldDescriptorProto
    money = descriptor_pb2.FileDescriptorProto(name="oracle/money.proto", package="oracle", syntax="proto3")
    money.message_type.add(name="Money").field.add(
        name="cents", number=1, type=field.TYPE_INT64, label=field.LABEL_OPTIONAL
    )
    payment = descriptor_pb2.FileDescriptorProto(
        name="oracle/payment.proto",
        package="oracle",
        syntax="proto3",
        dependency=["oracle/money.proto", "google/protobuf/timestamp.proto"],
    )
    message = payment.message_type.add(name="Payment")
    message.nested_type.add(name="Part").field.add(
        name="number", number=1, type=field.TYPE_INT32, label=field.LABEL_OPTIONAL
    )
    for number, (name, type_name) in enumerate(
        [("sum", ".oracle.Money"), ("at", ".google.protobuf.Timestamp"), ("part", ".oracle.Payment.Part")], 1
    ):
        message.field.add(
            name=name, number=number, type=field.TYPE_MESSAGE, type_name=type_name, label=field.LABEL_OPTIONAL
        )
    timestamp = descriptor_pb2.FileDescriptorProto()
    timestamp_pb2.DESCRIPTOR.CopyToProto(timestamp)
    return message_factory.GetMessages([timestamp, money, payment])


def formats(registry, reading):
    """Per format: how a serialiser and a deserialiser are made, a value, and whether another one is the same.

    A client keeps the text that registering answers with, where a deserialiser of Protobuf wants a descriptor: readers
    have a client of their own, as in services of their own.
    """
    messages = protobuf_messages()
    payment = messages["oracle.Payment"]
    value = payment(sum={"cents": -100_000}, at={"seconds": 1_700_000_000}, part={"number": 7})
    order = {"id": "o-1", "cents": 2**40, "note": None}
    return {
        "avro": (
            lambda conf: AvroSerializer(registry, json.dumps(ORDER), conf=conf),
            lambda conf: AvroDeserializer(reading, json.dumps(ORDER), conf=conf),
            order,
            lambda decoded: decoded == order,
        ),
        "protobuf": (
            lambda conf: ProtobufSerializer(payment, registry, conf),
            lambda conf: ProtobufDeserializer(payment, conf, reading),
            value,
            lambda decoded: decoded == value,
        ),
    }


def create(admin, topic, strategy):
    config = {
        "letterpress.value.schema.validation": "full",
        "letterpress.value.subject.name.strategy": strategy,
    }
    for future in admin.create_topics([NewTopic(topic, num_partitions=1, config=config)]).values():
        future.result(TIMEOUT_SECONDS)


def send(producer, topic, value, headers):
    """The error code a record was refused with; None when it was accepted."""
    outcome = []
    producer.produce(topic, value=value, headers=headers, on_delivery=lambda error, _: outcome.append(error))
    producer.flush(TIMEOUT_SECONDS)
    if not outcome:
        raise RuntimeError(f"no answer for a record to {topic}")
    return None if outcome[0] is None else outcome[0].name()


def first_record(consumer, topic):
    consumer.assign([TopicPartition(topic, 0, 0)])
    deadline = time.monotonic() + TIMEOUT_SECONDS
    while time.monotonic() < deadline:
        record = consumer.poll(1)
        if record is None:
            continue
        if record.error():
            raise KafkaException(record.error())
        return record
    raise RuntimeError(f"no record of {topic} came")


def main(bootstrap, url):
    registry, reading = (SchemaRegistryClient({"url": url}) for _ in range(2))
    admin = AdminClient({"bootstrap.servers": bootstrap})
    producer = Producer({"bootstrap.servers": bootstrap})
    consumer = Consumer({"bootstrap.servers": bootstrap, "group.id": "oracle", "enable.auto.commit": False})
    for name, (serialiser, deserialiser, value, is_same) in formats(registry, reading).items():
        for strategy, subject_of in STRATEGIES.items():
            for place, names in PLACES.items():
                topic = f"{name}-{strategy}-{place}"
                create(admin, topic, strategy)
                context = SerializationContext(topic, MessageField.VALUE, headers=[])
                conf = {"subject.name.strategy": subject_of}
                payload = serialiser({**conf, "schema.id.serializer": names})(value, context)
                accepted = send(producer, topic, payload, context.headers)
                refused = send(producer, topic, payload[:-1], context.headers)
                record = first_record(consumer, topic)
                read = SerializationContext(topic, MessageField.VALUE, headers=record.headers())
                decoded = deserialiser(conf)(record.value(), read)
                found = {"case": topic, "accepted": accepted, "refused": refused, "same": is_same(decoded)}
                print(json.dumps(found), flush=True)
    consumer.close()
    subjects = sorted(registry.get_subjects())
    print(json.dumps({"subjects": subjects}), flush=True)


main(sys.argv[1], sys.argv[2])
