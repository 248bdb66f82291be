"""Redis: killed, emptied, away, slow, full, or telling lies. It may cost time and never a row."""

from __future__ import annotations

import os
import random
import signal
import time

import pytest

from tests.faults.checks import FRAMES, assert_a_second_time_changes_nothing, queued
from tests.faults.servers import Processes
from tests.faults.test_redis_away import behind_a_proxy
from tests.faults.trial import Trial, count_of
from tests.kit.stack import until
from tests.kit.tcp_proxy import TcpProxy


@pytest.mark.slow
def test_redis_killed_while_idle_and_the_worker_takes_the_next_run(trial: Trial, processes: Processes) -> None:
    trial.worker()
    processes.kill_redis()
    trial.run = trial.stack.enqueue(*trial.sample.paths)
    trial.struck()
    trial.finish()
    trial.assert_all_is_well()


def test_redis_killed_half_way(trial: Trial, processes: Processes) -> None:
    worker = trial.begin()
    trial.half_way()
    trial.struck()
    processes.kill_redis()
    trial.finish()
    trial.assert_all_is_well()
    assert worker.process.poll() is None
    assert trial.count("crashes > 0") == 0


@pytest.mark.slow
def test_redis_killed_five_times_quickly(trial: Trial, processes: Processes) -> None:
    worker = trial.begin()
    trial.half_way(10)
    trial.struck()
    for _ in range(5):
        processes.kill_redis()
    trial.finish()
    trial.assert_all_is_well()
    assert worker.process.poll() is None


def test_a_child_that_dies_while_redis_is_away(trial: Trial, processes: Processes) -> None:
    worker = trial.begin()
    trial.half_way()
    trial.struck()
    processes.strike_redis()
    os.kill(worker.children()[0], signal.SIGKILL)
    processes.wait_redis()
    trial.finish()
    trial.assert_all_is_well()
    assert worker.process.poll() is None


def test_flushall_half_way_with_parts_queued_and_running(trial: Trial) -> None:
    trial.begin()
    trial.half_way()
    until(lambda: queued(trial.stack) > 0, 60, "parts that are queued")
    trial.struck()
    trial.stack.redis().flushall()
    trial.finish()
    trial.assert_all_is_well()
    assert_a_second_time_changes_nothing(trial.stack, trial.sample)


@pytest.mark.slow
def test_flushall_every_tenth_of_a_second(trial: Trial) -> None:
    trial.begin()
    trial.half_way(5)
    trial.struck()
    for _ in range(20):
        trial.stack.redis().flushall()
        time.sleep(0.1)
    trial.finish()
    trial.assert_all_is_well()


@pytest.mark.slow
def test_flushall_between_register_and_publish(trial: Trial) -> None:
    trial.run = trial.stack.enqueue(*trial.sample.paths)
    assert queued(trial.stack) == len(trial.sample.paths)
    trial.stack.redis().flushall()
    trial.struck()
    trial.worker()
    trial.finish()
    trial.assert_all_is_well()


PUBLISH_S = {"SLUICE_PUBLISH_S": "10"}  # the default; after six publications a message is waited for 32 times as long
WAITED = (
    "update sluice.step set publications = 6, published_until = clock_timestamp() + interval '320 s'"
    " where state = 'due' and published_until is not null returning id"
)


def emptied(trial: Trial, how: str) -> None:
    """The queues lose what waits in them."""
    client = trial.stack.redis()
    if how == "flushdb":
        client.flushdb()
    elif how == "evicted":
        client.delete(*[f"sluice.{kind}" for kind in ("plan", "extract", "transform", "load")])
    elif how == "lost marker":
        client.delete("sluice:queues", "sluice.plan", "sluice.extract")
    else:
        client.flushall()


@pytest.mark.parametrize("how", ["flushall", "flushdb", "evicted", "lost marker"])
@pytest.mark.slow
def test_a_queue_that_had_waited_for_long_is_as_quick_after_its_loss_as_a_fresh_one(trial: Trial, how: str) -> None:
    trial.stack.env |= PUBLISH_S
    trial.run = trial.stack.enqueue(*trial.sample.paths)
    assert len(trial.ask(WAITED)) == 2
    emptied(trial, how)
    trial.struck()
    trial.worker()
    until(lambda: trial.loaded() > 0, 200, "a part, long before the pause of 320 s is over")
    trial.finish()
    trial.assert_all_is_well()


@pytest.mark.slow
def test_a_queue_lost_after_it_had_waited_while_one_child_is_busy_and_one_is_free(trial: Trial) -> None:
    points = {"SLUICE_FAILPOINT": "load.mid_copy:20:sleep", "SLUICE_TEST_FAILPOINT_SLEEP_S": "600"}
    counted = {"SLUICE_TEST_FAILPOINT_COUNT": str(trial.stack.home / "failpoints")}
    trial.begin(2, points | counted | PUBLISH_S)
    until(lambda: count_of(trial.stack.home / "failpoints", "load.mid_copy") >= 20, 120, "the busy child")
    until(lambda: trial.ask(WAITED), 120, "steps that wait")
    trial.stack.redis().flushall()
    trial.struck()
    until(lambda: trial.loaded() >= 89, 200, "all parts but that of the busy child, long before the pause is over")


@pytest.mark.slow
def test_two_workers_with_different_redis_do_not_fill_their_queues_with_copies(trial: Trial) -> None:
    trial.run = trial.stack.enqueue(*trial.sample.paths)
    elsewhere = trial.stack.redis_url.replace("/0", "/7")
    trial.worker(1)
    trial.worker(1, REDIS_URL=elsewhere)
    trial.finish()
    trial.assert_all_is_well()
    until(lambda: queued(trial.stack) < 100, 120, "few copies")


@pytest.mark.slow
def test_the_unacked_keys_deleted_half_way(trial: Trial) -> None:
    trial.begin()
    trial.half_way()
    trial.struck()
    for _ in range(10):
        trial.stack.redis().delete("unacked", "unacked_index", "unacked_mutex")
        time.sleep(0.05)
    trial.finish()
    trial.assert_all_is_well()


def test_messages_popped_and_lost(trial: Trial) -> None:
    trial.begin()
    trial.half_way(10)
    trial.struck()
    client = trial.stack.redis()
    for _ in range(40):
        for kind in ("load", "transform", "extract"):
            client.rpop(f"sluice.{kind}")
        time.sleep(0.02)
    trial.finish()
    trial.assert_all_is_well(frames=True)


@pytest.mark.slow
def test_all_clients_thrown_out_again_and_again(trial: Trial) -> None:
    worker = trial.begin()
    trial.half_way(10)
    trial.struck()
    client = trial.stack.redis()
    for _ in range(10):
        client.client_kill_filter(_type="normal", skipme=True)
        time.sleep(0.1)
    trial.finish()
    trial.assert_all_is_well(unacked=True, frames=True)
    assert worker.process.poll() is None


@pytest.mark.slow
def test_redis_pauses_for_longer_than_the_socket_timeout(trial: Trial) -> None:
    worker = trial.begin()
    trial.half_way()
    trial.struck()
    trial.stack.redis().client_pause(12_000)
    trial.finish()
    trial.assert_all_is_well(unacked=True, frames=True)
    assert worker.process.poll() is None


@pytest.mark.slow
def test_a_worker_outlives_a_redis_that_has_no_memory_left(trial: Trial) -> None:
    worker = trial.begin()
    trial.half_way()
    client = trial.stack.redis()
    trial.struck()
    client.config_set("maxmemory", "1")
    until(lambda: "OutOfMemory" in worker.log.read_text(), 60, "a write that Redis refuses")
    client.config_set("maxmemory", "256mb")
    trial.finish()
    trial.assert_all_is_well(unacked=True, frames=True)
    assert trial.count("crashes > 0") == 0
    assert worker.process.poll() is None


@pytest.mark.slow
def test_frames_that_are_evicted_and_damaged_are_made_again(trial: Trial) -> None:
    trial.begin()
    cache = trial.stack.redis(cache=True)
    chance = random.Random(4)
    touched = 0

    def spoil() -> bool:
        nonlocal touched
        for key in cache.scan_iter(FRAMES, count=200, _type="string"):
            value = cache.get(key)
            if not value:
                continue
            how = chance.randrange(4)
            if how == 0:
                cache.delete(key)
            elif how == 1:
                cache.set(key, value[: len(value) // 2], xx=True, keepttl=True)
            elif how == 2:
                place = chance.randrange(len(value))
                cache.set(key, value[:place] + bytes([value[place] ^ 0x55]) + value[place + 1 :], xx=True, keepttl=True)
            else:
                cache.set(key, b"\xff not a frame", xx=True, keepttl=True)
            touched += 1
        return trial.state() != "running"

    until(spoil, 120, "the end of the run")
    print("touched", touched)
    assert touched > 20
    trial.finish()
    trial.assert_all_is_well(frames=True)


@pytest.mark.slow
def test_redis_black_holed_at_publish_holds_enqueue_up_for_a_bounded_time(trial: Trial) -> None:
    with TcpProxy.before(trial.stack.redis_url) as proxy:
        proxy.blackhole(True)
        away = proxy.through(trial.stack.redis_url)
        began = time.monotonic()
        trial.run = trial.stack.enqueue(*trial.sample.paths, REDIS_URL=away)
        took = time.monotonic() - began
        print(f"enqueue took {took:.1f} s")
    assert took < 60
    assert trial.state() == "running"
    trial.struck()
    trial.worker()
    trial.finish()
    trial.assert_all_is_well()


@pytest.mark.slow
def test_redis_that_refuses_connections_holds_enqueue_up_for_a_moment_only(trial: Trial) -> None:
    began = time.monotonic()
    trial.run = trial.stack.enqueue(*trial.sample.paths, REDIS_URL="redis://127.0.0.1:1/0")
    took = time.monotonic() - began
    print(f"enqueue took {took:.1f} s")
    assert took < 30
    trial.worker()
    trial.finish()
    trial.assert_all_is_well()


@pytest.mark.slow
def test_a_worker_black_holed_from_redis_goes_on_when_the_hole_is_gone(trial: Trial) -> None:
    with behind_a_proxy(trial) as (proxy, through):
        worker = trial.begin(env=through)
        trial.half_way()
        trial.struck()
        proxy.blackhole(True)
        time.sleep(3)  # shorter than the socket timeout: what was swallowed never comes, and nobody says so
        proxy.blackhole(False)
        proxy.cut()
        trial.finish()
        trial.assert_all_is_well(unacked=True, frames=True)
        assert worker.process.poll() is None
