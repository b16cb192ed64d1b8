"""One Mender for many: threads, pickles, copies, forked and spawned processes, asyncio."""

from __future__ import annotations

import asyncio
import copy
import multiprocessing
import os
import pickle
import threading
from concurrent.futures import ProcessPoolExecutor, ThreadPoolExecutor

import pytest

from textmend import Fill, Mender, Policy
from textmend.detect import network

TEXT = "He was accused of  and sent to prison. They organised night against trawlers, and ships of ."


def find(mender: Mender, text: str) -> list[tuple[int, int]]:
    """Return where the gaps of a text are; a function that processes can import."""
    return [(gap.start, gap.end) for gap in mender.find_gaps(text)]


@pytest.fixture
def loads(monkeypatch):
    """Count how often a detector is loaded."""
    counted = []
    load = network.OnnxDetector.__init__

    def counting(self, *arguments):
        counted.append(threading.get_ident())
        load(self, *arguments)

    monkeypatch.setattr(network.OnnxDetector, "__init__", counting)
    return counted


@pytest.mark.usefixtures("embedded")
@pytest.mark.parametrize("default", [False, True], ids=["a Mender", "the verbs"])
def test_eight_threads_at_first_use_load_once(loads, monkeypatch, default):
    from textmend import api

    monkeypatch.setattr(api, "_default", [])
    mender = Mender()
    together = threading.Barrier(8)

    def first_use(_):
        together.wait()
        return [(gap.start, gap.end) for gap in (api if default else mender).find_gaps(TEXT)]

    with ThreadPoolExecutor(8) as pool:
        found = list(pool.map(first_use, range(8)))
    assert len(loads) == 1
    assert found == [found[0]] * 8
    assert found[0]


@pytest.mark.usefixtures("embedded")
def test_a_mender_pickles_as_its_recipe(loads):
    mender = Mender(policy=Policy(find_at=0.5, unsure="mark"), batch=3, threads=1)
    gaps = mender.find_gaps(TEXT)
    data = pickle.dumps(mender)
    assert len(data) < 2_000  # no model travels
    again = pickle.loads(data)
    assert again.policy == mender.policy
    assert again.find_gaps(TEXT) == gaps
    assert len(loads) == 2


class Otters:
    """A filler that knows one word."""

    def propose(self, documents):
        fills = (Fill(text="otters", probability=0.99, origin="model"),)
        return [[gap.with_fills(fills) for gap in document.gaps] for document in documents]


@pytest.mark.usefixtures("embedded")
def test_a_model_of_the_callers_own_is_pickled_with_it():
    mender = Mender(filler=Otters(), policy=Policy(apply_at=0.5), threads=1)
    again = pickle.loads(pickle.dumps(mender))
    assert again.mend(TEXT).text == mender.mend(TEXT).text
    assert "of otters and sent" in again.mend(TEXT).text


@pytest.mark.usefixtures("embedded")
@pytest.mark.parametrize("how", [copy.copy, copy.deepcopy])
def test_copies_share_the_models(loads, how):
    mender = Mender(threads=1)
    gaps = mender.find_gaps(TEXT)
    other = how(mender)
    other.policy = Policy(find_at=1.0)
    assert len(other.find_gaps(TEXT)) < len(gaps) == len(mender.find_gaps(TEXT))
    assert len(loads) == 1


@pytest.mark.usefixtures("embedded")
@pytest.mark.parametrize(
    "method", [name for name in ("fork", "spawn", "forkserver") if name in multiprocessing.get_all_start_methods()]
)
@pytest.mark.parametrize("threads", [1, 2])
@pytest.mark.filterwarnings("ignore:.*fork.*:DeprecationWarning")
def test_other_processes_find_the_same(method, threads):
    mender = Mender(threads=threads)
    found = find(mender, TEXT * 30)  # several windows: the parent's threads have run
    context = multiprocessing.get_context(method)
    with ProcessPoolExecutor(2, mp_context=context) as pool:
        waiting = [pool.submit(find, mender, TEXT * 30) for _ in range(3)]
        assert [one.result(timeout=120) for one in waiting] == [found] * 3


@pytest.mark.skipif(not hasattr(os, "fork"), reason="needs fork")
@pytest.mark.usefixtures("embedded")
@pytest.mark.filterwarnings("ignore:.*fork.*:DeprecationWarning")
def test_a_forked_child_uses_the_mender_of_its_parent_even_while_a_thread_loads():
    mender = Mender(threads=2)
    mender._models._lock.acquire()  # as a thread that loads holds it
    child = os.fork()
    if child == 0:
        os._exit(0 if find(mender, TEXT) else 1)
    mender._models._lock.release()
    assert os.waitpid(child, 0)[1] == 0
    assert find(mender, TEXT)


@pytest.mark.usefixtures("embedded")
def test_asyncio():
    mender = Mender(threads=1)

    async def several():
        return await asyncio.gather(*(asyncio.to_thread(find, mender, TEXT) for _ in range(4)))

    # In a thread of its own, for a browser's tests leave a loop running in this one.
    with ThreadPoolExecutor(1) as own:
        assert own.submit(lambda: asyncio.run(several())).result() == [find(mender, TEXT)] * 4
