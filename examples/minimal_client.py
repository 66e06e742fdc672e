"""Plays one interaction with nothing but zmq and msgpack: `python minimal_client.py [CONTROL] [TEXT]`."""

import struct
import sys

import msgpack
import zmq

control_endpoint = sys.argv[1] if len(sys.argv) > 1 else "tcp://127.0.0.1:7740"
text = sys.argv[2] if len(sys.argv) > 2 else "two people shake hands"
context = zmq.Context()
context.linger = 0
control, stream = context.socket(zmq.DEALER), context.socket(zmq.SUB)
stream.rcvtimeo = 10_000  # milliseconds
control.connect(control_endpoint)


def ask(kind, **fields):
    control.send(msgpack.packb({"type": kind, "request_id": 1, **fields}))
    reply = msgpack.unpackb(control.recv()) if control.poll(10_000) else sys.exit("no answer: run `ponimator serve`")
    if reply["type"] == "error":
        sys.exit(f"{reply['code']}: {reply['message']}")
    return reply


hello = ask("hello", protocol=1, client="minimal")
opened = ask("open_session", characters=[{"name": "Ann"}, {"name": "Ben"}])
stream.connect(hello["stream"])
stream.subscribe(opened["topic"])
accepted = ask("interact", session=opened["session"], text=text, duration_s=6.0)
print("interaction", accepted["interaction"], "shows at frame", accepted["apply_frame"])
final = False
while not final:
    message = msgpack.unpackb(stream.recv_multipart()[1])
    if message["type"] == "motion":
        x, y, z = struct.unpack_from("<3f", message["translations"])  # the first person's, of the block's first frame
        print(f"frames {message['start']} to {message['start'] + message['count'] - 1}: {x:.2f} {y:.2f} {z:.2f} m")
        final = message["final"]
ask("close_session", session=opened["session"])
context.destroy()
