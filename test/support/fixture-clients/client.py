"""A Toxiproxy client in Python (toxiproxy-python), used as a program of somebody else's would use it."""

import socket
import sys
from urllib.parse import urlparse

from toxiproxy import Toxiproxy
from toxiproxy.exceptions import InvalidToxic, NotFound, ProxyExists


def opens(address):
    host, port = address.rsplit(":", 1)
    try:
        with socket.create_connection((host, int(port)), timeout=5) as connection:
            connection.sendall(b"x")
            return connection.recv(1) == b"x"
    except OSError:
        return False


def attempt(act):
    try:
        act()
        return "fine"
    except (InvalidToxic, NotFound, ProxyExists) as error:
        return type(error).__name__


def show(proxy):
    toxics = sorted(proxy.toxics().values(), key=lambda toxic: toxic.name)
    for toxic in toxics:
        print(toxic.name, toxic.type, toxic.stream, toxic.toxicity, sorted(toxic.attributes.items()))


url = urlparse(sys.argv[1])
server = Toxiproxy()
server.update_api_consumer(url.hostname, url.port)
upstream = sys.argv[2]

print("running", server.running())
one = server.create(name="one", upstream=upstream)
print("twice", attempt(lambda: server.create(name="one", upstream=upstream)))
print("opens", opens(one.listen))
for kind, attributes in [
    ("latency", {"latency": 5}),
    ("bandwidth", {"rate": 1000}),
    ("slow_close", {"delay": 5}),
    ("slicer", {"average_size": 10}),
    ("limit_data", {"bytes": 1000}),
    ("timeout", {"timeout": 5}),
    ("reset_peer", {"timeout": 5}),
]:
    print(kind, attempt(lambda: one.add_toxic(type=kind, toxicity=0.5, attributes=attributes)))
print("bad type", attempt(lambda: one.add_toxic(type="nope")))
show(one)
print("destroyed", one.destroy_toxic("timeout_downstream"))
print("destroyed again", attempt(lambda: one.destroy_toxic("timeout_downstream")))
with one.down():
    print("while down", opens(one.listen))
print("reset", server.reset())
show(one)
print("opens again", opens(one.listen))
made = server.populate([{"name": "two", "upstream": upstream, "listen": "127.0.0.1:0"}])
print("populated", [proxy.name for proxy in made], sorted(server.proxies()))
server.destroy_all()
print("left", server.proxies())
print("done")
