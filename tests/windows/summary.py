#!/usr/bin/env python3
"""summary.py OUT SKIPS: what the shards in OUT (run-tests.sh) did: failures with their words, then one line of counts.
A test that was listed, is not left out by SKIPS and left no result has failed, too: its shard crashed or hung."""
import fnmatch
import pathlib
import re
import sys
import xml.etree.ElementTree as ElementTree


def listed(file):
    suite = ""
    for line in file.read_text(encoding="utf-8", errors="replace").splitlines():
        name = line.split("#")[0].rstrip()
        if not name:
            continue
        if not line.startswith(" "):
            suite = name
        elif suite.endswith("."):
            yield suite + name.strip()


def results(file):
    """The tests of a shard: name, seconds, words of its failures, whether it skipped itself."""
    for case in ElementTree.parse(file).iter("testcase"):
        if case.get("status") == "run":
            yield (f"{case.get('classname')}.{case.get('name')}", float(case.get("time")),
                   [failure.get("message") for failure in case.iter("failure")], case.find("skipped") is not None)


def main(out, skips):
    rows = [row.split("  ", 1) for row in skips.read_text(encoding="utf-8").splitlines() if row and not row.startswith("#")]
    patterns = [row[0] for row in rows]
    left_out = {name for file in out.glob("*.list") for name in listed(file)
                if any(fnmatch.fnmatchcase(name, pattern) for pattern in patterns)}
    wanted = {name for file in out.glob("*.list") for name in listed(file)} - left_out
    done, failed, skipped, slow = set(), [], [], []
    for file in sorted(out.glob("*.xml")):
        for name, seconds, words, skip in results(file):
            done.add(name)
            slow.append((seconds, name))
            if words:
                failed.append(name)
                print(f"FAILED: {name}\n  " + "\n  ".join("\n".join(words).splitlines()[:30]))
            elif skip:
                skipped.append(name)
    for row in sorted((out / "codes").read_text(encoding="utf-8").splitlines()):
        shard, code = row.split()
        if not (out / f"{shard}.xml").exists():
            runs = re.findall(r"\[ RUN      \] (\S+)", (out / f"{shard}.log").read_text(encoding="utf-8", errors="replace"))
            print(f"FAILED: {shard} {'hung' if code in ('124', '137') else 'ended with ' + code} in {runs[-1] if runs else 'its start'}")
    lost = wanted - done
    print("slowest: " + ", ".join(f"{name} {seconds:.0f} s" for seconds, name in sorted(slow, reverse=True)[:5]))
    if skipped:
        print("skipped by themselves: " + ", ".join(sorted(skipped)))
    print(f"{len(done) - len(failed) - len(skipped)} of {len(wanted)} tests passed, {len(failed)} failed, {len(lost)} without a result, "
          f"{len(skipped)} skipped by themselves, {len(left_out)} left out (tests/windows/skips-wine.txt)")
    return 1 if failed or lost else 0


if __name__ == "__main__":
    sys.exit(main(pathlib.Path(sys.argv[1]), pathlib.Path(sys.argv[2])))
