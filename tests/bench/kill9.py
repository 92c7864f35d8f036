#!/usr/bin/python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""Kills a search with SIGKILL at random moments and checks that nothing is lost:
    tests/bench/kill9.py SAMPLE_FOLDER [--cli build/release/bin/octet-cli] [--kills 100]
After every kill: the project is whole (SQLite's own check), every trial that was finished is there bit for bit, at most
one more is marked as crashed, and it says why. After every fifth kill the search runs to its end: no config has two
finished trials, the one that crashed was not tried again (the fp32 baseline excepted: nothing can be compared without
it), and the same search once more computes nothing."""
import argparse, json, os, random, shutil, signal, sqlite3, subprocess, sys, tempfile, time

parser = argparse.ArgumentParser()
parser.add_argument("sample")
parser.add_argument("--cli", default="build/release/bin/octet-cli")
parser.add_argument("--kills", type=int, default=100)
parser.add_argument("--seed", type=int, default=1978)
args = parser.parse_args()
random.seed(args.seed)
work = tempfile.mkdtemp(prefix="octet-kill9-")
project = os.path.join(work, "search.octet")
s = args.sample
command = [args.cli, "tune", f"{s}/model_outlier.onnx", "--input", f"pixel_values={s}/test_pixel_values.npy", "--labels",
           f"{s}/test_labels.npy", "--calib-input", f"pixel_values={s}/calib_pixel_values.npy", "--mean", "0.2860", "--std",
           "0.3530", "--keep-weights", "--search-on", "--relative", "0", "--timeout", "0", "--max-trials", "12",
           "--project", project, "--json"]


def wrong(what):
    sys.exit(f"kill9: {what}; the project is left in {work}")


def trials():
    """Of a copy, opened as a second program would: with the log that the killed one left."""
    copy = os.path.join(work, "copy.octet")
    for end in ("", "-wal", "-shm"):
        if os.path.exists(project + end):
            shutil.copy(project + end, copy + end)
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
    return {id: (state, text) for id, state, text in rows}


def finished(rows):
    return {id: text for id, (state, text) in rows.items() if state == "done"}


def whole():
    run = subprocess.run(command, capture_output=True, text=True)
    if run.returncode not in (0, 3):
        wrong(f"the resumed search ended with {run.returncode}: {run.stdout}{run.stderr}")
    return json.loads(run.stdout)


start = time.time()
undisturbed = whole()
seconds = time.time() - start
configs = len(finished(trials()))
print(f"Undisturbed: {configs} trials in {seconds:.1f} s, {undisturbed['summary']}")
os.remove(project)

before, crashes, resumed = {}, 0, 0
for kill in range(1, args.kills + 1):
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    time.sleep(random.uniform(0, seconds * 0.4))
    if process.poll() is None:
        process.send_signal(signal.SIGKILL)
    process.wait()
    if not os.path.exists(project):
        continue
    now = trials()
    for id, text in finished(before).items():
        if now.get(id, (None, None))[1] != text:
            wrong(f"kill {kill}: finished trial {id} is lost or changed")
    if sum(state == "running" for state, _ in now.values()) > 1:
        wrong(f"kill {kill}: more than one trial was running")
    before = now
    if kill % 5:
        continue
    whole()
    rows = trials()
    for id, text in finished(before).items():
        if rows.get(id, (None, None))[1] != text:
            held_out = json.loads(rows[id][1])  # the best one is judged on the held-out half at the end
            old = json.loads(text)
            if held_out["config"] != old["config"] or held_out["latency"] != old["latency"]:
                wrong(f"finished trial {id} is lost or changed")
    if any(state == "running" for state, _ in rows.values()):
        wrong("a trial is still said to be running")
    done, crashed = {}, {}
    for id, (state, text) in rows.items():
        trial = json.loads(text)
        key = json.dumps(trial["config"], sort_keys=True)
        if state == "crashed":
            crashes += 1
            crashed[key] = trial
            if not trial["error"]:
                wrong(f"crashed trial {id} does not say why")
        elif state == "done":
            if key in done:
                wrong(f"trials {done[key]} and {id} ran the same config")
            done[key] = id
    for key, trial in crashed.items():
        if key in done and trial["origin"] != "baseline:fp32":
            wrong(f"{trial['name']} ended its worker and was tried again")
    again = whole()
    if len(trials()) != len(rows) or again["evaluations"] != 0:
        wrong(f"the same search once more computed {again['evaluations']} evaluations")
    resumed += 1
    for end in ("", "-wal", "-shm"):
        if os.path.exists(project + end):
            os.remove(project + end)
    before = {}
shutil.rmtree(work)
print(f"{args.kills} kills, {resumed} searches resumed to their end: no finished trial lost, {crashes} crashed ones marked "
      "and not tried again, nothing computed twice.")
