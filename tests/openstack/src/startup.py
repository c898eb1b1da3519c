"""Bringing services up, concurrently where they do not need each other, and down."""

import threading
import time
from concurrent.futures import ThreadPoolExecutor, wait

import install
import processes
import services
from layout import Bed, Trouble, end_of
from service import Service

# For one service, once its process was started. The slowest takes 10 s on two cores when all start together.
PATIENCE = 120
_BEGUN = ".preparing"


def up(bed: Bed, say) -> None:
    """Starts what does not run, and returns when all services are ready."""
    ready = {service.name: threading.Event() for service in services.ALL}
    failed = threading.Event()

    def run(service: Service) -> None:
        try:
            _bring_up(bed, service, ready, failed)
            say(f"{service.name} is ready")
        except BaseException:
            failed.set()
            raise

    with ThreadPoolExecutor(len(services.ALL)) as pool:
        futures = [pool.submit(run, service) for service in services.ALL]
        try:
            wait(futures)
        except KeyboardInterrupt:
            failed.set()
            raise
    # Those that gave up since another failed say nothing of interest.
    errors = [future.exception() for future in futures if future.exception()]
    for error in sorted(errors, key=lambda error: isinstance(error, _GaveUp)):
        raise error


def down(bed: Bed) -> None:
    processes.stop(bed, [name for name in processes.recorded(bed) if name not in services.STOPPED_LAST])
    processes.stop(bed, list(services.STOPPED_LAST))


class _GaveUp(Trouble):
    pass


def _bring_up(bed: Bed, service: Service, ready: dict[str, threading.Event], failed: threading.Event) -> None:
    def wait_for(names: tuple[str, ...]) -> None:
        for name in names:
            while not ready[name].wait(0.05):
                if failed.is_set():
                    raise _GaveUp(f"{service.name} waits for {name}, which is not coming.")

    service.configure(bed)
    wait_for(service.prepared_after)
    _prepare(bed, service)
    wait_for(service.started_after)
    started = service.processes(bed)
    for process in started:
        processes.start(bed, process)
    deadline = time.monotonic() + PATIENCE
    while (reason := _not_ready(bed, service)) is not None:
        for process in started:
            if processes.has_died(bed, process.name):
                raise Trouble(f"{process.name} ended at once. {_end_of_log(bed, process.name)}")
        if failed.is_set():
            raise _GaveUp(f"{service.name}: another service failed.")
        if time.monotonic() > deadline:
            what = f"{service.name} is not ready after {PATIENCE} s ({reason})"
            raise Trouble(f"{what}. {_end_of_log(bed, started[0].name)}")
        time.sleep(0.1)
    wait_for(service.settled_after)
    service.settle(bed)
    ready[service.name].set()


def _not_ready(bed: Bed, service: Service) -> str | None:
    """Why a service is not ready; None if it is."""
    try:
        return None if service.is_ready(bed) else "it does not answer"
    except Exception as error:  # an API that is not yet up may fail in any way
        return str(error) or repr(error)


def _prepare(bed: Bed, service: Service) -> None:
    done = bed.data / f"{service.name}.prepared"
    if not done.exists() or done.read_text() != install.version():
        begun = bed.data / f"{service.name}{_BEGUN}"
        begun.touch()
        service.prepare(bed)
        done.write_text(install.version())
        begun.unlink()


def was_interrupted(bed: Bed) -> bool:
    """Whether databases were left half made or half upgraded, with which nothing can be done."""
    return any(bed.data.glob(f"*{_BEGUN}"))


def _end_of_log(bed: Bed, process: str) -> str:
    return end_of(bed.log / f"{process}.log")
