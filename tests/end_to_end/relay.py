"""A network between client and server that a test can break: bytes go through until `cut`."""

import contextlib
import selectors
import socket
import threading


class Relay:
    """Listens on a port of its own and passes on what comes, both ways."""

    def __init__(self, endpoint):
        host, port = endpoint.removeprefix("tcp://").rsplit(":", 1)
        self._server = (host, int(port))
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.endpoint = f"tcp://127.0.0.1:{self._listener.getsockname()[1]}"
        self._selector = selectors.DefaultSelector()
        self._waker, self._wake = socket.socketpair()
        self._others, self._stopping = {}, False
        for source in (self._listener, self._waker):
            self._selector.register(source, selectors.EVENT_READ)
        self._done = threading.Event()
        self._thread = threading.Thread(target=self._run)
        self._thread.start()

    def cut(self):
        """Drops all connections there are; new ones go through."""
        self._done.clear()
        self._wake.send(b"x")
        assert self._done.wait(60)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self._stopping = True
        self._wake.send(b"x")
        self._thread.join()

    def _run(self):
        while not self._stopping:
            for key, _ in self._selector.select():
                if key.fileobj is self._listener:
                    self._take_in()
                elif key.fileobj is self._waker:
                    self._waker.recv(64)
                    self._drop(list(self._others))
                    self._done.set()
                elif key.fileobj in self._others:
                    self._pass_on(key.fileobj)
        self._drop(list(self._others))
        for source in (self._listener, self._waker, self._wake, self._selector):
            source.close()

    def _take_in(self):
        client, _ = self._listener.accept()
        try:
            server = socket.create_connection(self._server)
        except OSError:
            client.close()
            return
        self._others |= {client: server, server: client}
        for end in (client, server):
            self._selector.register(end, selectors.EVENT_READ)

    def _pass_on(self, end):
        try:
            passed = end.recv(65536)
            self._others[end].sendall(passed)
        except OSError:
            passed = b""
        if not passed:
            self._drop([end])

    def _drop(self, ends):
        for end in ends:
            other = self._others.pop(end, None)
            if other is None:
                continue
            self._others.pop(other, None)
            for closing in (end, other):
                with contextlib.suppress(KeyError, ValueError):
                    self._selector.unregister(closing)
                closing.close()
