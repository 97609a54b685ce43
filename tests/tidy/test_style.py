"""What would be wrong: files and functions that no reader can hold in mind, and tests that prove nothing."""

import re
import subprocess

import pytest

import tree

FILE_LINES_MAX = 600
FUNCTION_LINES_MAX = 70
README_LINES_MAX = 40

EVERYWHERE = tree.TOP + ("tests", "bench")


def long_functions(path, text):
    return [f"{path}:{start}: {length} lines: {head[:60]!r}"
            for start, length, head in tree.functions(text) if length > FUNCTION_LINES_MAX]


def test_no_file_is_past_the_wall():
    found = [f"{path}: {lines} lines" for path in tree.tracked(".h", ".cc", ".py", ".sh", under=EVERYWHERE)
             if (lines := tree.read(path).count("\n")) > FILE_LINES_MAX]
    assert not found, "\n".join(found)


def test_no_function_is_past_the_wall():
    found = []
    for path in tree.tracked(".h", ".cc", under=EVERYWHERE):
        found += long_functions(path, tree.read(path))
    assert not found, "\n".join(found)


def test_a_long_function_is_found():
    body = "\n".join("  work();" for _ in range(FUNCTION_LINES_MAX))
    text = f"namespace leat {{\nvoid Thing::long_one(int a) const {{\n{body}\n}}\n}}\n"
    assert len(long_functions("x.cc", text)) == 1
    assert not long_functions("x.cc", "namespace leat {\nvoid short_one() {\n  work();\n}\n}\n")


BANNED = {
    r"\bsleep_for\b|\bsleep_until\b|\busleep\s*\(|[^_\w]sleep\s*\(": "a sleep: step the time or wait for a condition",
    r"\bDISABLED_|\bGTEST_SKIP\b": "a disabled test",
    r"EXPECT_TRUE\(true\)": "a test that cannot fail",
    r"\bTODO\b|\bFIXME\b|\bXXX\b": "an open end",
}


def banned_words(path, text):
    return [f"{path}:{number}: {why}" for number, line in enumerate(text.split("\n"), 1)
            for pattern, why in BANNED.items() if re.search(pattern, line)]


def test_no_sleep_no_disabled_test_no_open_end():
    found = []
    for path in tree.tracked(".h", ".cc", under=EVERYWHERE):
        found += banned_words(path, tree.read(path))
    assert not found, "\n".join(found)


@pytest.mark.parametrize("line", ["std::this_thread::sleep_for(1s);", "TEST(A, DISABLED_b) {}", "// TODO later"])
def test_a_banned_word_is_found(line):
    assert banned_words("x.cc", line)


def test_every_module_has_a_short_readme():
    modules = sorted({"/".join(path.split("/")[:2]) for path in tree.tracked(".h", ".cc")})
    found = []
    for module in modules:
        readme = tree.ROOT / module / "README.md"
        if not readme.exists():
            found.append(f"{module}: no README.md")
        elif (lines := readme.read_text().count("\n")) > README_LINES_MAX:
            found.append(f"{module}/README.md: {lines} lines")
    assert not found, "\n".join(found)


def test_headers_begin_with_pragma_once():
    found = [path for path in tree.tracked(".h", under=EVERYWHERE)
             if "#pragma once" not in tree.read(path).split("\n")[:3]]
    assert not found, "\n".join(found)


def test_formatted():
    files = tree.tracked(".h", ".cc", under=EVERYWHERE)
    done = subprocess.run(["clang-format-14", "--dry-run", "-Werror", *files], cwd=tree.ROOT,
                          capture_output=True, text=True)
    assert done.returncode == 0, done.stderr[-3000:]


ALLOWED_TOP = {"CMakeLists.txt", "core", "streams", "consumers", "storage", "raft", "proto", "tests",
               "bench", "deploy", "docs", "README.md", "ARCHITECTURE.md", "CMakePresets.json", "LICENSE",
               "CONTRIBUTING.md"}


def test_top_level_is_fixed():
    listed = subprocess.run(["git", "ls-files"], cwd=tree.ROOT, check=True, capture_output=True,
                            text=True).stdout.split("\n")
    top = {path.split("/")[0] for path in listed if path}
    assert {name for name in top if not name.startswith(".")} <= ALLOWED_TOP
