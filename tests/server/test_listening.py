"""Which addresses the service listens on: those of this machine, all that a name stands for, or none."""

import socket

import pytest

from server.listening import CannotListen, listen


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as probe:
        port: int = probe.getsockname()[1]
        return port


def has_ipv6() -> bool:
    try:
        socket.create_server(("::1", 0), family=socket.AF_INET6).close()
    except OSError:
        return False
    return True


def connects(host: str, port: int) -> bool:
    try:
        socket.create_connection((host, port), timeout=10).close()
    except ConnectionRefusedError:
        return False
    return True


def closed(sockets: list[socket.socket]) -> None:
    for opened in sockets:
        opened.close()


def test_an_address_of_this_machine() -> None:
    port = free_port()
    sockets = listen("127.0.0.1", port)
    try:
        assert [opened.getsockname() for opened in sockets] == [("127.0.0.1", port)]
        assert connects("127.0.0.1", port)
    finally:
        closed(sockets)
    assert not connects("127.0.0.1", port)


def test_localhost_is_every_address_that_it_stands_for() -> None:
    port = free_port()
    sockets = listen("localhost", port)
    try:
        assert connects("localhost", port)
        assert {str(opened.getsockname()[0]) for opened in sockets} <= {"127.0.0.1", "::1"}
    finally:
        closed(sockets)


@pytest.mark.skipif(not has_ipv6(), reason="this machine has no IPv6")
def test_ipv6() -> None:
    port = free_port()
    sockets = listen("::1", port)
    try:
        assert connects("::1", port)
    finally:
        closed(sockets)


@pytest.mark.parametrize(
    "host", ["0.0.0.0", "::", "8.8.8.8", "192.168.1.1", "10.0.0.1", "::ffff:8.8.8.8", "169.254.1.1"]
)
def test_other_addresses_need_keys(host: str) -> None:
    port = free_port()
    with pytest.raises(CannotListen, match=r"127\.0\.0\.1"):
        listen(host, port)
    assert not connects("127.0.0.1", port)


@pytest.mark.parametrize(
    "host", ["nosuchhost.invalid", "a" * 70, "a..b", "", "127.0.0.1 ", "127.0.0.1:80", "机器", "\x00"]
)
def test_what_is_no_address(host: str) -> None:
    with pytest.raises(CannotListen, match="--host"):
        listen(host, free_port())


def test_a_port_in_use_leaves_nothing_open() -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        for host in ("127.0.0.1", "localhost"):
            with pytest.raises(CannotListen, match=str(port)):
                listen(host, port)
    if has_ipv6():
        assert not connects("::1", port)


def test_the_port_of_a_service_that_has_ended_is_free_at_once() -> None:
    port = free_port()
    for _ in range(3):
        sockets = listen("127.0.0.1", port)
        client = socket.create_connection(("127.0.0.1", port), timeout=10)
        served, _ = sockets[0].accept()
        served.close()
        client.close()
        closed(sockets)


def test_with_keys_any_address_of_this_machine() -> None:
    port = free_port()
    with pytest.raises(CannotListen, match="zhengwen keys create"):
        listen("0.0.0.0", port)
    sockets = listen("0.0.0.0", port, guarded=True)
    try:
        assert connects("127.0.0.1", port)
    finally:
        closed(sockets)


def test_the_end_of_an_answer_does_not_wait_for_an_acknowledgement() -> None:
    (listening,) = listen("127.0.0.1", 0)
    with listening, socket.create_connection(listening.getsockname()):
        accepted, _ = listening.accept()
        with accepted:
            assert accepted.getsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY)
