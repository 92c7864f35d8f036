#!/usr/bin/python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""Kills a search with SIGKILL at random moments and checks that nothing is lost:
    tests/bench/kill9.py SAMPLE_FOLDER [--victim cli|worker|window] [--cli build/release/bin/octet-cli] [--kills 100]
The victim is `octet-cli tune --project`, or `octet-cli serve` under a JSON-RPC client that keeps what it is told, as the
window does, or the window itself (bench_window_search, offscreen). After every kill: the project is whole (SQLite's own check), every trial that was finished is there bit for
bit, at most one more is marked as crashed, and it says why. After every fifth kill the search runs to its end: no config
has two finished trials, the one that crashed was not tried again (the fp32 baseline excepted: nothing can be compared
without it), and the same search once more computes nothing."""
import argparse, json, os, random, shutil, signal, sqlite3, subprocess, sys, tempfile, threading, time

parser = argparse.ArgumentParser()
parser.add_argument("sample")
parser.add_argument("--victim", choices=["cli", "worker", "window"], default="cli")
parser.add_argument("--cli", default="build/release/bin/octet-cli")
parser.add_argument("--window", default="build/release/tests/bench_window_search")
parser.add_argument("--kills", type=int, default=100)
parser.add_argument("--seed", type=int, default=1978)
parser.add_argument("--isa", default="")
parser.add_argument("--easy", action="store_true", help="cli: a goal that a baseline holds, so that others are only timed")
parser.add_argument("--limit", type=int, default=200, help="test samples; fewer make a search shorter")
args = parser.parse_args()
random.seed(args.seed)
work = tempfile.mkdtemp(prefix="octet-kill9-")
# Its timings are nobody's figures: no other job of the machine is to wait for them, nor they for it.
os.environ["XDG_RUNTIME_DIR"] = work
sample = os.path.realpath(args.sample)
trials_at_most = 100  # more than it needs: every run has a budget of its own


def wrong(what):
    sys.exit(f"kill9: {what}; what it left is in {work}")


class Cli:
    """octet-cli tune, which writes the project itself."""

    def __init__(self):
        self.project = os.path.join(work, "search.octet")
        self.command = [
            args.cli, "tune", f"{sample}/model_outlier.onnx", "--input", f"pixel_values={sample}/test_pixel_values.npy",
            "--labels", f"{sample}/test_labels.npy", "--calib-input", f"pixel_values={sample}/calib_pixel_values.npy",
            "--mean", "0.2860", "--std", "0.3530", "--limit", str(args.limit), "--calib-limit", "32", "--threads", "1",
            *(["--relative", "0.05"] if args.easy else ["--keep-weights", "--search-on", "--relative", "0"]),
            "--timeout", "0", "--max-trials", str(trials_at_most),
            "--project", self.project, "--json", *(["--isa", args.isa] if args.isa else [])]

    def forget(self):
        for end in ("", "-wal", "-shm", "-journal"):
            if os.path.exists(self.project + end):
                os.remove(self.project + end)

    def kill_after(self, seconds):
        process = subprocess.Popen(self.command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        time.sleep(seconds)
        if process.poll() is None:
            process.send_signal(signal.SIGKILL)
        process.wait()

    def run_to_end(self):
        run = subprocess.run(self.command, capture_output=True, text=True)
        if run.returncode not in (0, 3):
            wrong(f"the resumed search ended with {run.returncode}: {run.stdout}{run.stderr}")
        return json.loads(run.stdout)

    def trials(self):
        """Of a copy, opened as a second program would: with the journal that the killed one left."""
        if not os.path.exists(self.project):
            return {}
        copy = os.path.join(work, "copy.octet")
        for end in ("", "-wal", "-shm", "-journal"):
            if os.path.exists(self.project + end):
                shutil.copy(self.project + end, copy + end)
            elif os.path.exists(copy + end):
                os.remove(copy + end)
        db = sqlite3.connect(copy)
        check = db.execute("PRAGMA integrity_check").fetchone()[0]
        if check != "ok":
            wrong(f"SQLite finds the project broken: {check}")
        if not db.execute("SELECT 1 FROM sqlite_master WHERE name = 'trials'").fetchone():
            return {}
        rows = db.execute("SELECT id, state, json FROM trials").fetchall()
        db.close()
        return {id: (state, json.loads(text)) for id, state, text in rows}


class Window(Cli):
    """The window on a folder of its own; it keeps the project beside the model."""

    def __init__(self):
        folder = os.path.join(work, "folder")
        os.mkdir(folder)
        for name in os.listdir(sample):
            if name.endswith((".npy", ".json", ".txt")):
                os.symlink(f"{sample}/{name}", f"{folder}/{name}")
        os.symlink(f"{sample}/model_outlier.onnx", f"{folder}/model.onnx")
        self.project = os.path.join(folder, "model.octet")
        self.command = [args.window, folder, str(args.limit), str(trials_at_most)]
        os.environ["QT_QPA_PLATFORM"] = "offscreen"
        for kind in ("CONFIG", "DATA", "CACHE"):
            os.environ[f"XDG_{kind}_HOME"] = work


class Worker:
    """octet-cli serve; what it said is kept here, and told to the next one."""

    def __init__(self):
        self.forget()

    def forget(self):
        self.kept, self.ranges, self.sensitivity = {}, {}, {}

    def request(self):
        return {"kind": "tune", "model_path": f"{sample}/model_outlier.onnx",
                "data": {"kind": "arrays", "test_inputs": {"pixel_values": f"{sample}/test_pixel_values.npy"},
                         "calib_inputs": {"pixel_values": f"{sample}/calib_pixel_values.npy"},
                         "labels_file": f"{sample}/test_labels.npy", "limit": args.limit, "calib_limit": 32,
                         "mean": [0.2860], "std": [0.3530]},
                "goal": {"keep_weights": True, "search_on": True, "max_drop": 0.0, "timeout_seconds": 0.0,
                         "max_trials": trials_at_most},
                "workload": {"threads": 1, "isa": args.isa}, "known": [trial for _, trial in self.kept.values()],
                "ranges": list(self.ranges.values()), "sensitivity": self.sensitivity}

    def take(self, method, params):
        if method in ("step/started", "step/finished"):
            self.kept[params["id"]] = (params["state"], params)
        elif method == "job/ranges":
            for entry in params:
                self.ranges[json.dumps([entry["value"], entry.get("key"), entry["method"], entry.get("percentile"),
                                        entry.get("alpha")])] = entry
        elif method == "job/sensitivity":
            self.sensitivity = params

    def start(self, seconds):
        """The answer, or None when it was killed after `seconds`."""
        command = [args.cli, "serve", *(["--isa", args.isa] if args.isa else [])]
        process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL)
        killer = threading.Timer(seconds, process.kill) if seconds is not None else None
        if killer:
            killer.start()
        message = json.dumps({"jsonrpc": "2.0", "id": 1, "method": "job/start", "params": self.request()}).encode()
        answer = None
        try:
            process.stdin.write(b"Content-Length: %d\r\n\r\n" % len(message) + message)
            process.stdin.flush()
            while answer is None:
                length = 0
                while (line := process.stdout.readline()).strip():
                    if line.lower().startswith(b"content-length:"):
                        length = int(line.split(b":")[1])
                body = process.stdout.read(length)
                if not length or len(body) < length:
                    break  # killed, perhaps in the middle of a message
                told = json.loads(body)
                if "method" in told:
                    self.take(told["method"], told["params"])
                elif told.get("id") == 1:
                    answer = told
        except BrokenPipeError:
            pass
        if killer:
            killer.cancel()
            process.kill()
        else:
            process.stdin.close()
        process.wait()
        for id, (state, trial) in self.kept.items():
            if state == "running":
                self.kept[id] = ("crashed", {**trial, "state": "crashed", "error": "worker ended: signal 9"})
        return answer

    def kill_after(self, seconds):
        self.start(seconds)

    def run_to_end(self):
        answer = self.start(None)
        if not answer or "result" not in answer:
            wrong(f"the resumed search ended with {answer}")
        return answer["result"]

    def trials(self):
        return dict(self.kept)


def finished(rows):
    return {id: trial for id, (state, trial) in rows.items() if state == "done"}


def check_kept(before, now, moment):
    for id, old in finished(before).items():
        new = now.get(id, (None, None))[1]
        # The best one is judged on the held-out half at the end, which adds to its result.
        if new is None or any(new[key] != old[key] for key in old if key not in ("accuracy", "manifest")) \
                or new["accuracy"]["tuning"] != old["accuracy"]["tuning"]:
            wrong(f"{moment}: finished trial {id} is lost or changed")


def check_end(rows):
    """Number of crashed trials."""
    if any(state == "running" for state, _ in rows.values()):
        wrong("a trial is still said to be running")
    done, crashed = {}, {}
    for id, (state, trial) in rows.items():
        key = json.dumps(trial["config"], sort_keys=True)
        if state == "crashed":
            crashed[key] = trial
            if not trial["error"]:
                wrong(f"crashed trial {id} does not say why")
        elif state in ("done", "timed"):
            if key in done:
                wrong(f"trials {done[key]} and {id} ran the same config")
            done[key] = id
    for key, trial in crashed.items():
        if key in done and trial["origin"] != "baseline:fp32":
            wrong(f"{trial['name']} ended its worker and was tried again")
    return sum(state == "crashed" for state, _ in rows.values())


victim = {"cli": Cli, "worker": Worker, "window": Window}[args.victim]()
start = time.time()
undisturbed = victim.run_to_end()
seconds = time.time() - start
print(f"Undisturbed: {len(finished(victim.trials()))} trials in {seconds:.1f} s, {undisturbed['summary']}", flush=True)
victim.forget()

before, crashes, resumed, struck = {}, 0, 0, 0
for kill in range(1, args.kills + 1):
    victim.kill_after(random.uniform(0, seconds * 0.4))
    now = victim.trials()
    check_kept(before, now, f"kill {kill}")
    if sum(state == "running" for state, _ in now.values()) > 1:
        wrong(f"kill {kill}: more than one trial was running")
    struck += len(now) > len(before)
    before = now
    if kill % 5:
        continue
    victim.run_to_end()
    rows = victim.trials()
    check_kept(before, rows, f"end after kill {kill}")
    crashes += check_end(rows)
    again = victim.run_to_end()
    if victim.trials() != rows or again["evaluations"] != 0:
        wrong(f"the same search once more computed {again['evaluations']} evaluations")
    resumed += 1
    victim.forget()
    before = {}
    print(f"{kill} kills, {crashes} crashed trials marked", flush=True)
shutil.rmtree(work)
print(f"{args.kills} kills of the {args.victim} ({struck} of them after new trials had begun), {resumed} searches resumed to "
      f"their end: no finished trial lost, {crashes} crashed ones marked and not tried again, nothing computed twice.")
