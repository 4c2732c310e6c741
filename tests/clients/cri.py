#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""cri.py SOCKET FIFO: an agent that calls methods of the container runtime interface, as each line of FIFO asks:
{"method": NAME, "request": MESSAGE, "reply": FILE}; the answer in FILE is one line, "0 MESSAGE" or "1 ERROR".
cri.py stream URL [TEXT]: the stream that Exec, Attach or PortForward gave: TEXT is its standard input; what comes
is printed, and the exit status is the program's. Debian has no crictl; this speaks what it speaks."""
import base64
import json
import os
import socket
import struct
import sys
import urllib.parse

STDIN, STDOUT, STDERR, ERROR = range(4)
DEADLINE = 60


def messages():
    """What makes the messages of cri.proto, as protoc has written it to $CRI_TYPES, and the methods of its service."""
    from google.protobuf import descriptor_pb2, descriptor_pool, message_factory
    with open(os.environ["CRI_TYPES"], "rb") as compiled:
        files = descriptor_pb2.FileDescriptorSet.FromString(compiled.read())
    pool = descriptor_pool.DescriptorPool()
    pool.Add(files.file[0])
    factory = message_factory.MessageFactory(pool)
    return factory, pool.FindServiceByName("runtime.v1.RuntimeService").methods_by_name


def call(channel, factory, about, request):
    from google.protobuf import json_format
    answer = factory.GetPrototype(about.output_type)
    stub = channel.unary_unary("/runtime.v1.RuntimeService/" + about.name,
                               request_serializer=lambda m: m.SerializeToString(),
                               response_deserializer=answer.FromString)
    said = stub(json_format.ParseDict(request, factory.GetPrototype(about.input_type)()), timeout=DEADLINE)
    fields = json_format.MessageToDict(said, preserving_proto_field_name=True, including_default_value_fields=True)
    for name in ("stdout", "stderr"):
        if name in fields:
            fields[name] = base64.b64decode(fields[name]).decode()
    return json.dumps(fields)


def serve(path, fifo):
    import grpc
    factory, methods = messages()
    # for writing too, so that it has no end
    with grpc.insecure_channel("unix://" + path) as channel, open(os.open(fifo, os.O_RDWR)) as asked:
        for line in asked:
            ask = json.loads(line)
            try:
                answer = "0 " + call(channel, factory, methods[ask["method"]], ask["request"])
            except grpc.RpcError as error:
                answer = "1 %s: %s" % (error.code().name, error.details().replace("\n", " "))
            with open(ask["reply"], "w") as reply:
                reply.write(answer + "\n")


def frame(payload):
    """A masked binary frame of the websocket protocol, RFC 6455 section 5; the mask is none."""
    length = len(payload)
    head = struct.pack("!BB", 0x82, 0x80 | length) if length < 126 else struct.pack("!BBH", 0x82, 0xfe, length)
    return head + bytes(4) + payload


def exactly(stream, count):
    data = stream.read(count)
    if len(data) < count:
        raise EOFError
    return data


def frames(stream):
    while True:
        first, length = exactly(stream, 2)
        if length == 126:
            length, = struct.unpack("!H", exactly(stream, 2))
        elif length == 127:
            length, = struct.unpack("!Q", exactly(stream, 8))
        payload = exactly(stream, length)
        if first & 0xf == 8:
            return
        if payload:
            yield payload


def stream(url, text):
    to = urllib.parse.urlparse(url)
    line = socket.create_connection((to.hostname, to.port), DEADLINE)
    line.sendall(("GET %s HTTP/1.1\r\nHost: %s\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Version: 13\r\n"
                  "Sec-WebSocket-Key: %s\r\nSec-WebSocket-Protocol: v4.channel.k8s.io\r\n\r\n"
                  % (to.path, to.netloc, base64.b64encode(bytes(16)).decode())).encode())
    reader = line.makefile("rb")
    answer = reader.readline()
    if b" 101 " not in answer:
        sys.exit(answer.decode())
    while reader.readline().strip():
        pass
    if text is not None:
        line.sendall(frame(bytes([STDIN]) + text.encode()))
    status = 0
    try:
        for payload in frames(reader):
            if payload[0] == ERROR:
                said = json.loads(payload[1:])
                causes = said.get("details", {}).get("causes", [])
                status = next((int(c["message"]) for c in causes if c["reason"] == "ExitCode"), said["status"] != "Success")
                if said["status"] != "Success" and not causes:
                    print(said["message"], file=sys.stderr)
            else:
                os.write(payload[0], payload[1:])
    except EOFError:
        pass
    sys.exit(status)


if sys.argv[1] == "stream":
    stream(sys.argv[2], sys.argv[3] if len(sys.argv) > 3 else None)
serve(sys.argv[1], sys.argv[2])
