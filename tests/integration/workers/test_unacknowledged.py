"""The list of messages that are worked on, in Redis: nothing stays in it for ever."""

from __future__ import annotations

import pytest
import redis
from kombu import Connection
from redis.exceptions import ResponseError

from sluice.embedded import Servers
from sluice.workers.broker.transport import use_careful_transport


def test_a_message_that_the_index_cannot_take_is_not_kept(servers: Servers) -> None:
    use_careful_transport()
    url = servers.redis_url.replace("/0", "/7")
    client = redis.Redis.from_url(url)
    client.flushdb()
    client.set("unacked_index", "not an index")
    raw = {"body": "", "headers": {}, "properties": {"delivery_info": {"exchange": "", "routing_key": "sluice.plan"}}}
    with Connection(url) as connection:
        channel = connection.default_channel
        raw["properties"]["delivery_tag"] = "tag"
        with pytest.raises(ResponseError):
            channel.qos.append(channel.Message(raw, channel=channel), "tag")
    assert client.hlen("unacked") == 0
