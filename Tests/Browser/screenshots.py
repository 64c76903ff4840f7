"""Makes pictures of the status page, for people to look at: screenshots.py EXECUTABLES FOLDER."""

import os
import sys

from chromium import Chromium
from programs import Programs

STEADY = ["--records-per-second", "200", "--failure-interval", "15s", "--seed", "7"]
HISTORY = ["--history", "55m"]
SHOW_MINUTES = "document.getElementById('minutes').open = true"


def take(browser, programs, folder, name, state, prepare="0", **emulation):
    page = browser.open(programs.url, **emulation)
    page.wait_until("the page shows its state", f"document.getElementById('health').dataset.state === '{state}'")
    page.wait_until("the page has plots", "document.querySelectorAll('.plot svg').length === 3")
    page.evaluate(prepare)
    page.screenshot(os.path.join(folder, f"{name}.png"))
    page.close()
    print(f"{name}.png")


def main(executables, folder):
    os.makedirs(folder, exist_ok=True)
    phone = {"width": 360, "height": 740, "phone": True}
    with Chromium() as browser:
        with Programs(executables) as programs:
            programs.start_exporter()
            take(browser, programs, folder, "nothing-yet", "wait")
        with Programs(executables) as programs:
            job = programs.start_simulator(*STEADY, *HISTORY)
            programs.start_exporter("--storage.path", programs.path("storage"), "--health.stale-after", "4s",
                                    "--storage.interval", "500ms")
            take(browser, programs, folder, "light", "good")
            take(browser, programs, folder, "dark", "good", scheme="dark")
            take(browser, programs, folder, "phone", "good", **phone)
            take(browser, programs, folder, "phone-dark", "good", scheme="dark", **phone)
            programs.kill(job)
            take(browser, programs, folder, "job-down", "bad")
            take(browser, programs, folder, "job-down-dark", "bad", scheme="dark")
        with Programs(executables) as programs:
            for log, seed in (("orders", "3"), ("stock", "4")):
                programs.start_simulator("--records-per-second", "150", "--failure-interval", "30s", "--seed", seed, *HISTORY,
                                         log=f"{log}.log")
            programs.run_simulator("--history", "40m", "--exit", "--files", "70", log="users.log")
            programs.start_exporter("--health.stale-after", "30s",
                                    logs=("orders=orders.log", "stock=stock.log", "users=users.log", "archive=archive.log"))
            # The simulators write their hour in one go.
            page = browser.open(programs.url)
            page.wait_until("two pipelines run", lambda: page.text("headline") == "2 of 4 pipelines are down")
            page.close()
            take(browser, programs, folder, "pipelines", "bad", SHOW_MINUTES)
            take(browser, programs, folder, "pipelines-phone", "bad", **phone)
            page = browser.open(programs.url, scheme="dark")
            page.wait_until("the page shows its state", "document.getElementById('health').dataset.state === 'bad'")
            for process in programs.running:
                programs.kill(process)
            page.wait_until("the exporter is gone", "document.body.classList.contains('gone')")
            page.screenshot(os.path.join(folder, "exporter-gone-dark.png"))
            print("exporter-gone-dark.png")


if __name__ == "__main__":
    main(os.path.abspath(sys.argv[1]), sys.argv[2])
