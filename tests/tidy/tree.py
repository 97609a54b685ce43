"""What the style tests read: the tracked C++ files of the modules, and code without its comments."""

import pathlib
import re
import subprocess

ROOT = pathlib.Path(__file__).resolve().parents[2]
TOP = ("core", "streams", "consumers", "storage", "raft", "proto")


def tracked(*suffixes, under=TOP):
    listed = subprocess.run(["git", "ls-files", "--cached", "--others", "--exclude-standard"],
                            cwd=ROOT, check=True, capture_output=True, text=True).stdout.split("\n")
    return [path for path in listed
            if path.endswith(suffixes) and path.split("/")[0] in under and (ROOT / path).exists()]


def read(path):
    return (ROOT / path).read_text(encoding="utf-8")


_NOISE = re.compile(
    r'R"([A-Za-z_]*)\((?:.|\n)*?\)\1"|"(?:\\.|[^"\\\n])*"|\'(?:\\.|[^\'\\\n])+\'|//[^\n]*|/\*(?:.|\n)*?\*/')


def without_comments_and_strings(text):
    """The text with comments and literals blanked, line numbers kept."""
    return _NOISE.sub(lambda m: re.sub(r"[^\n]", " ", m.group(0)), text)


_CONTAINER = re.compile(r"\b(namespace|class|struct|union|enum|extern)\b")


def functions(text):
    """Yields (first line, length, head) of every function body at namespace or class level."""
    code = "\n".join("" if line.lstrip().startswith("#") else line
                     for line in without_comments_and_strings(text).split("\n"))
    stack, head_start, line, paren = [], None, 1, 0
    head = ""
    for char in code:
        if char == "\n":
            line += 1
        if char == "(":
            paren += 1
        if char == ")":
            paren -= 1
        inside_function = any(kind == "function" for kind, *_ in stack)
        if char == "{" and paren == 0:
            if inside_function:
                stack.append(("block", line, ""))
            elif "(" in head and not _CONTAINER.search(head.split("(")[0]):
                stack.append(("function", head_start or line, head.strip()))
            else:
                stack.append(("container", line, ""))
            head, head_start = "", None
        elif char == "{":
            stack.append(("block", line, ""))
            paren_at = paren
            stack[-1] = ("block", line, paren_at)
            paren = 0
        elif char == "}":
            if stack:
                kind, start, what = stack.pop()
                if kind == "function":
                    yield start, line - start + 1, what
                if kind == "block" and isinstance(what, int):
                    paren = what
            head, head_start = "", None
        elif char == ";" and paren == 0:
            head, head_start = "", None
        else:
            if head_start is None and not char.isspace():
                head_start = line
            head += char
