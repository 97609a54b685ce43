#!/usr/bin/env python3
"""Says where this server and the original read a configuration file differently.

LEAT_SERVER=build/release/leat-server PEER_SERVER=nats-server tests/fuzz/config_diff.py --count 10000

Makes files from the grammar of the language and from the options that are built, with right and odd
values, damages some of them, and gives each to `-t -c FILE` of both: the exit status, the digest of
what was read and the messages have to agree. What a row of core/server/DIFFERENCES.md explains is
counted by its key word; everything else is shown with its text, and the exit status is 1.
"""
import argparse, os, random, re, shutil, subprocess, sys, tempfile
from concurrent.futures import ThreadPoolExecutor

ENV = {"C_INT": "7", "C_SIZE": "1k", "C_STR": "foo.>", "C_MAP": "{a: 1}", "C_ARR": "[a, b ]", "C_BAD": "[1",
       "C_REF": "$C_INT", "C_LOOP": "$C_LOOP", "C_EMPTY": "", "C_TRUE": "true", "C_TWO": "1\nx = 2", "C_QUOTED": '"a b"'}
INCLUDES = {"a.conf": "inc_a: 1\ninc_b: [x, y]\n", "b.conf": "include 'a.conf'\ninc_c: {d: 2}", "bad.conf": "x: [\n",
            "port.conf": "port: 4555", "empty.conf": "", "sub/c.conf": "include a.conf\n", "sub/d.conf": "q: 1\n",
            "perms.conf": "publish: foo, subscribe: [bar, \"b q\"]\n"}

# ---- the language ------------------------------------------------------------------------------
class Grammar:
    def __init__(self, rng):
        self.r = rng
        self.keys = []

    def pick(self, *xs):
        return self.r.choice(xs)

    def odd(self, p=0.02):
        return self.r.random() < p

    def blank(self):
        return self.r.choice(["", "", "", " ", " ", "  ", "\t", " \t"])

    def anyspace(self):
        x = self.blank()
        if self.odd(0.15): x += self.pick("\n", "\n\n", "\r\n", "\n  ")
        if self.odd(0.01): x += self.pick("\v", "\f", "\u00a0", "\u2003", "\u0085", "\u3000", "\u2028")
        return x

    def comment(self):
        return self.pick("# ", "//", "#", "// ") + self.pick("", "c", "{", "}", '"x', "a: 1", "'", "\u00e9") + self.pick("\n", "\n", "\n", "\r\n")

    def word(self):
        alphabet = "abcxyzABCKMGe019_-.*>/:$@+%~^&|!?<=\"'\\(){}[],;# \u00e9\u4e16\u00a0\u0663"
        safe = "abcxyzABCKMGe019_"
        n = self.r.choice([1, 1, 2, 3, 5, 9])
        return "".join(self.r.choice(alphabet if self.odd(0.06) else safe) for _ in range(n))

    def key(self):
        k = self.word() if self.odd(0.5) else self.pick("a", "b", "port", "inc", "Include", "host", "k1", "true", "$v", "}x", "5", "-", "a.b")
        q = self.r.random()
        if q < 0.12: return '"' + k.replace('"', "") + '"'
        if q < 0.2: return "'" + k.replace("'", "") + "'"
        return k

    def sep(self):
        s = self.r.choice([":", ":", ":", "=", "=", " ", " : ", " = ", ": ", ":\t", "= "])
        if self.odd(0.02): s = self.pick("\n", "\n:", ":\n", "::", "=:", "\t", "\u00a0:", ":\u00a0", "")
        return s

    def number(self):
        r = self.r
        d = str(r.choice([0, 1, 7, 42, 4222, 10 ** 6, 2 ** 31, 2 ** 63 - 1, 10 ** 15]))
        if self.odd(0.03): d = self.pick(str(2 ** 63), "9" * 30, "00", "007", "-0", "\u0663")
        if r.random() < 0.35:
            d += r.choice(["k", "K", "m", "M", "g", "G", "t", "kb", "KB", "Kb", "mb", "MB", "Gb", "ki", "kib", "KiB", "MiB", "Gi", "gib", "tb", "p", "pb", "e", "eb"])
            if self.odd(0.1): d += self.pick("b", "i", "s", "1", ".5", ":", "x", "-")
        elif r.random() < 0.2:
            d += self.pick("s", "ms", "h", "m30s", "d", "_000", "e5", "x")
        if r.random() < 0.12: d = "-" + d
        if self.odd(0.01): d = self.pick("+1", "--1", "-", "-x", "-.5", ".5", "1.", "1.x", "0x10", "1e5", "- 1")
        return d

    def scalar(self):
        r = self.r
        k = r.randrange(16)
        if k < 3: return self.number()
        if k == 3: return self.pick("0.5", "1.0", "-1.25", "3.14159", "100.001", "1.5s", "1.5.", "0.0000001", "123456789.5", "1.7976931348623157", "5.0e3", "1" * 30 + ".5", "-0.0", "1.10")
        if k == 4: return self.pick("true", "false", "on", "off", "yes", "no", "TRUE", "Yes", "oN", "truex", "enabled", "disabled")
        if k == 5: return self.pick("127.0.0.1:4222", "1.2.3.4", "127.0.0.1:-1", "0.0.0.0:80", "1.2.3", "1.2.3.4:x", "::1", "[::1]:4222", "localhost:4222", "1.2.3.4/8", "*:5")
        if k == 6: return self.pick("2020-01-01T00:00:00Z", "2016-05-04T18:53:41Z", "2020-02-30T00:00:00Z", "2020-13-01T00:00:00Z", "2021-02-29T01:01:01Z", "2020-01-01", "2020-01-01T00:00:00", "2020-01-01T25:00:00Z", "12020-01-01T00:00:00Z", "2020-1-01T00:00:00Z", "0000-01-01T00:00:00Z", "9999-12-31T23:59:59Z", "2020-01-01T00:00:60Z", "2020-00-01T00:00:00Z", "1-2") if not self.odd(0.1) else "2020-01-01T00:00:00Zx"
        if k in (7, 8): return '"' + self.quoted() + '"'
        if k == 9: return "'" + self.word().replace("'", "") + "'"
        if k == 10: return self.block()
        if k == 11 and (self.keys or self.odd(0.3)): return "$" + (self.r.choice(self.keys) if self.keys and not self.odd(0.3) else self.r.choice(list(ENV) + ["NOPE", "2a$10$abc/def.gh", ""]))
        if k == 12: return self.pick("foo.>", "foo.*", "$JS.API.>", "nats://h:4222", "a/b", "x-y_z", "*", ">", "_INBOX.>", "a'b", "a\"b", "a#b", "a//b", "a\\tb", "a\\x41", "a\\q", "user@host", "a=b", "a:b", "a{b", "a(b", "(", "{}", "`")
        return self.word()

    def quoted(self):
        out = ""
        for _ in range(self.r.choice([0, 1, 2, 4])):
            out += self.r.choice(["a", "b c", "$x", "é", "世", "#", "{", "}", "'", "\\n", "\\t", "\\\\", "\\\"", "\\x41", "\\xe9", "\\r", "//", ",", "\n" if self.odd(0.2) else "z", "\\q" if self.odd(0.1) else "y", "\\x4" if self.odd(0.1) else "w", "\\xzz" if self.odd(0.1) else "v"])
        return out

    def block(self):
        return "(" + self.pick("\nx\n)", "\n x\n y\n)", "\n)\n)", "\n a)b\n)", "\n)", "x\n)", "\n x )\n)", "\n x\n) \n)", "\nx\r\n)", "\n\u00e9\n)", "x)") + self.pick("\n", "\n", "\n", "", " ", "\r\n")

    def value(self, depth):
        k = self.r.random()
        if depth > 0 and k < 0.22: return self.map(depth - 1)
        if depth > 0 and k < 0.4: return self.array(depth - 1)
        return self.scalar()

    def array(self, depth):
        out = "[" + self.anyspace()
        n = self.r.choice([0, 1, 2, 3, 4])
        for i in range(n):
            if self.odd(0.05): out += self.comment()
            out += self.value(depth)
            # A number directly before ] is a known difference.
            last = i == n - 1
            out += (" " if last else self.blank())
            if not last or self.odd(0.1): out += self.pick(",", ",", ",", ", ", "\n", ",\n", ",  ", " ,")
            if self.odd(0.01): out += self.pick(";", "/", ",,", "}", ":")
            if self.odd(0.04): out += self.comment()
        return out + self.anyspace() + ("]" if not self.odd(0.005) else self.pick("", "}", "]]"))

    def map(self, depth):
        out = "{" + self.anyspace()
        n = self.r.choice([0, 1, 2, 3])
        for i in range(n):
            if self.odd(0.05): out += self.comment()
            if self.odd(0.01): out += "include " + self.include() + self.pick("\n", ";", "}", " ")
            v = self.value(depth)
            out += self.key() + (self.sep() if not v[:1] in "{[(" else self.pick(self.sep(), "", " ")) + v
            if i < n - 1: out += self.pick(",", ", ", "\n", ";", " ;", "\n  ", ",\n", "\r\n")
            elif self.odd(0.2): out += self.pick(",", ";", "\n", " ")
            if self.odd(0.01): out += self.pick("/", ",,", "]", ":", "x")
            if self.odd(0.04): out += self.comment()
        return out + self.anyspace() + ("}" if not self.odd(0.005) else self.pick("", "]", "}}"))

    def include(self):
        name = self.r.choice(list(INCLUDES) + ["./a.conf", "sub/../a.conf", "/a.conf", "nope.conf", "sub", "", "x y"])
        return self.pick('"%s"', "'%s'", "%s", "%s", " %s", '"%s') .replace("%s", name) if not self.odd(0.03) else self.pick("[", "{", "5", "-1", "(", "\\", "\n", "$C_STR", "''")

    def entry(self, i):
        if self.odd(0.05): return "include " + self.include()
        name = "v%d" % i
        self.keys.append(name)
        v = self.value(3)
        text = name + (self.sep() if v[:1] not in "{[(" else self.pick(self.sep(), "", " ")) + v
        return text + "\nport: $" + name

    def file(self):
        self.keys = []
        entries = [self.entry(i) for i in range(self.r.choice([1, 1, 2, 3, 4]))]
        entries.append("port: 4222")
        out = ""
        for i, e in enumerate(entries):
            if self.odd(0.06): out += self.comment()
            out += e
            if i < len(entries) - 1: out += "\n" if not self.odd(0.1) else self.pick(";", ",", "}", "\r\n", " # c\n", " // c\n", " ;", "\n\n", " /\n")
        k = self.r.random()
        if k < 0.25:
            ends = self.pick("}", "\n}", "\n}\n", "}\n", "\n\n}\n\n", " }", ",}", ";\n}\n", "\n} # c\n", "\n}\n# c", "\n", "", "\n}\n}", "\n},", "\n# c\n}\n", " # c\n}\n", "\n};")
            return self.pick("{", "{\n", " {", "\n{\n", "{ ", "# c\n{\n", "{ # c\n", "{{", "{\n{\n") + out + ends
        return self.pick("", "", "", "\n", " ", "\t", "\r\n", "\ufeff" if self.odd(0.1) else "") + out + self.pick("\n", "\n", "", " ", "\n}\n", "\n\n", "\n# c", "}" if self.odd(0.2) else "\n", "\n} " if self.odd(0.2) else "\n")


# ---- options -----------------------------------------------------------------------------------
class Options:
    """Files of options that this server has, with right and odd values."""

    def __init__(self, rng):
        self.r = rng

    def pick(self, *xs):
        return self.r.choice(xs)

    def name(self, n):
        if self.r.random() < 0.03: n = self.r.choice([n.upper(), n.title(), n + "x"])
        return n

    def odd(self):
        return self.pick("5", "-1", "0", "x", '""', "true", "0.5", "[]", "{}", "[ 1 ]", "[ a, b ]", "{a: 1}", '"1s"', "1m", "9223372036854775807", "2147483648", "2020-01-01T00:00:00Z", "off", '"a b"', "1GB", "-5", "300", '"5"', "'enabled'")

    def val(self, kind):
        if self.r.random() < 0.06: return self.odd()
        r = self.r
        k = {
            "str": lambda: self.pick("abc", '"abc"', "'a.b'", "foo-bar", "/tmp/x", '""'),
            "int": lambda: self.pick("0", "1", "5", "64", "1024", "1k", "1MB", "64KB", "-1"),
            "posint": lambda: self.pick("1", "5", "64", "1024", "1k", "1MB", "64KB"),
            "bool": lambda: self.pick("true", "false", "on", "off", "yes", "no", "True"),
            "dur": lambda: self.pick('"1s"', '"100ms"', '"2m"', "'1h30m'", "5s", "30s", '"0"', '"-1s"', "5", '"5"', '"1.5h"', '"1us"', '"1x"'),
            "longdur": lambda: self.pick('"1m"', '"30s"', '"2m"', "1h", '"29s"', "'90s'", '"45s500ms"', '"0.5m"', '"1s"'),
            "listen": lambda: self.pick("4222", '"127.0.0.1:4222"', "127.0.0.1:4222", '"[::1]:4222"', "localhost:4222", '":4222"', "-1", '"0.0.0.0:-1"', '"*:5"', "127.0.0.1:-1", '"::1:4222"', '"[::1]"', '"a:b"', '"a:"', '"[a:5"', '"h:+5"', '"h:99999"', '"a]:5"', '"[::1]x:5"', '""', '"[]:5"', '"[a]:5"', '"h: 5"', '"h:5 "', '"h:00005"'),
            "host": lambda: self.pick("127.0.0.1", '"::1"', '"::"', "0.0.0.0", "localhost", '""'),
            "port": lambda: self.pick("4222", "-1", "0", "8222", "70000", "-2"),
            "size": lambda: self.pick("1048576", "1GB", "1G", '"1G"', '"10M"', '"5"', '"5X"', '"K"', "-1", "0", '"1g"', '"-1G"', '"1.5G"', '""', '"99999999999T"', '"1 G"'),
        }
        return k[kind]()

    def join(self, parts):
        out = ""
        for i, p in enumerate(parts):
            out += p
            if i < len(parts) - 1: out += self.pick("\n", "\n", "\n  ", ", ", "; ", ",\n")
        return out

    def block(self, parts):
        return "{" + self.pick("", " ", "\n", "\n  ") + self.join(parts) + self.pick("", " ", "\n", ",\n") + "}"

    def field(self, n, v):
        s = self.pick(": ", ": ", ":", " = ", "=", " ")
        if v[:1] in "{[" and self.r.random() < 0.3: s = self.pick(" ", "")
        return self.name(n) + s + v

    def subjects(self, queue):
        one = lambda: self.pick("foo", '"foo.>"', "foo.*", '"_INBOX.>"', '">"', '"a..b"', '"a b"' if queue else "bar", '"foo q.*"' if queue else "baz", '"$SYS.>"', '""', '"a b c"', '"> q"', '"foo q"', "' x'", "5") if self.r.random() < 0.35 else self.pick("foo", '"bar.*"', '"x.>"')
        if self.r.random() < 0.5: return one()
        return "[" + ", ".join(one() for _ in range(self.r.randrange(4))) + " ]"

    def perms(self):
        if self.r.random() < 0.04: return self.odd()
        parts = []
        for n, q in (("publish", 0), ("subscribe", 1)):
            if self.r.random() < 0.6:
                n = self.pick(n, n[:3], "import" if n == "publish" else "export")
                v = self.subjects(q) if self.r.random() < 0.5 else self.block([self.field(k, self.subjects(q)) for k in ("allow", "deny") if self.r.random() < 0.7] + (["x: 1"] if self.r.random() < 0.03 else []))
                parts.append(self.field(n, v))
        if self.r.random() < 0.3:
            v = self.pick("true", "false", "{}", "{max: 5}", '{max: 5, expires: "1m"}', '{ttl: "5s"}', "{expires: 5}", "{max: x}", "{max_msgs: -1, expires: '-1s'}", '{expires: "x"}', "{foo: 1}", "5", "{max: 0}")
            parts.append(self.field(self.pick("allow_responses", "publish_allow_responses"), v))
        if self.r.random() < 0.03: parts.append("zz: 1")
        return self.block(parts)

    def user(self):
        if self.r.random() < 0.02: return self.odd()
        parts = []
        if self.r.random() < 0.96: parts.append(self.field(self.pick("user", "username"), self.pick("u1", "u2", "u3", "u4", "u5", "u6", "u7", '"a b"')))
        if self.r.random() < 0.9: parts.append(self.field(self.pick("pass", "password"), self.pick("p", '"pw"', "$2a$04$abcdefghijklmnopqrstuu", "s3cr3t", "5" if self.r.random() < 0.1 else "q")))
        if self.r.random() < 0.3: parts.append(self.field(self.pick("permissions", "permission", "authorization"), self.perms()))
        if self.r.random() < 0.15: parts.append(self.field(self.pick("allowed_connection_types", "connection_types", "clients"), self.pick("STANDARD", "[STANDARD, websocket]", '["mqtt"]', "[x]", "[]", "5", "[5 ]", "[STANDARD, x, y]", "in_process")))
        if self.r.random() < 0.02: parts.append("zz: 1")
        return self.block(parts)

    def users(self, n=None):
        if self.r.random() < 0.03: return self.odd()
        return "[" + self.pick("", "\n") + self.pick(", ", "\n", ",\n").join(self.user() for _ in range(self.r.randrange(4) if n is None else n)) + self.pick("", "\n", " ") + "]"

    def authorization(self):
        if self.r.random() < 0.04: return self.odd()
        parts = []
        k = self.r.randrange(4)
        if k == 0 or self.r.random() < 0.03: parts += [self.field("user", self.val("str")), self.field(self.pick("pass", "password"), self.val("str"))]
        if k == 1 or self.r.random() < 0.03: parts += [self.field("token", self.val("str"))]
        if k >= 2 or self.r.random() < 0.03: parts += [self.field("users", self.users())]
        if self.r.random() < 0.3: parts.append(self.field("timeout", self.pick("1", "0.5", '"2s"', "5s", "100", '"2m"', "x", "true", "-1", "60", "61.5")))
        if self.r.random() < 0.2: parts.append(self.field(self.pick("default_permissions", "default_permission", "permissions"), self.perms()))
        if self.r.random() < 0.03: parts.append("zz: 1")
        self.r.shuffle(parts)
        return self.block(parts)

    def account_jetstream(self):
        if self.r.random() < 0.4: return self.pick("enabled", "disabled", "true", "false", "enable", "x", "5", "Enabled", "{}", "[]", "0.5")
        names = ["max_memory", "max_mem", "mem", "memory", "max_store", "max_file", "max_disk", "store", "disk", "max_streams", "streams", "max_consumers", "consumers", "mem_max_stream_bytes", "memory_max_stream_bytes", "disk_max_stream_bytes", "store_max_stream_bytes", "max_ack_pending"]
        parts = [self.field(n, self.val("int") if self.r.random() < 0.9 else self.val("size")) for n in self.r.sample(names, self.r.randrange(5))]
        if self.r.random() < 0.3: parts.append(self.field(self.pick("max_bytes_required", "max_stream_bytes", "max_bytes"), self.val("bool")))
        if self.r.random() < 0.1: parts.append(self.field("cluster_traffic", self.pick("system", "owner", "x", '""', "5", "System")))
        if self.r.random() < 0.03: parts.append("zz: 1")
        return self.block(parts)

    def account(self):
        if self.r.random() < 0.03: return self.odd()
        parts = []
        if self.r.random() < 0.8: parts.append(self.field("users", self.users()))
        if self.r.random() < 0.4: parts.append(self.field("jetstream", self.account_jetstream()))
        if self.r.random() < 0.2: parts.append(self.field("default_permissions", self.perms()))
        if self.r.random() < 0.2:
            parts.append(self.field("limits", self.block([self.field(n, self.val("int")) for n in self.r.sample(["max_subscriptions", "max_subs", "max_payload", "max_pay", "max_leafnodes", "max_leafs"], self.r.randrange(3))] + (["zz: 1"] if self.r.random() < 0.05 else [])) if self.r.random() < 0.9 else self.odd()))
        if self.r.random() < 0.1: parts.append(self.field(self.pick("imports", "exports", "mappings"), self.pick("[]", "{}")))
        if self.r.random() < 0.03: parts.append("zz: 1")
        return self.block(parts)

    def accounts(self):
        if self.r.random() < 0.05: return self.pick("[A, B]", "[A, A ]", "[A, $G]", "[5 ]", "[]", "x", "5", '["$G"]', '["$SYS"]')
        return self.block([self.field(n, self.account()) for n in self.r.sample(["A", "B", "C", "SYS", "'$G'", "'$SYS'", "\"D E\""], self.r.randrange(1, 4))])

    def limits(self):
        if self.r.random() < 0.05: return self.odd()
        parts = [self.field(n, self.val("int")) for n in self.r.sample(["max_ack_pending", "max_ha_assets", "max_request_batch", "default_max_consumers"], self.r.randrange(4))]
        if self.r.random() < 0.4: parts.append(self.field("duplicate_window", self.val("dur")))
        if self.r.random() < 0.03: parts.append("zz: 1")
        return self.block(parts)

    def jetstream(self):
        if self.r.random() < 0.2: return self.pick("true", "false", "enabled", "disabled", "enable", "disable", "ENABLED", "x", "5", "{}", "[]", "0.5", '""')
        f = {"store_dir": "str", "storedir": "str", "store": "str", "max_mem": "size", "max_memory_store": "size", "max_mem_store": "size", "max_file": "size", "max_file_store": "size",
             "domain": "str", "enable": "bool", "enabled": "bool", "strict": "bool", "unique_tag": "str", "sync": "dur", "sync_interval": "dur", "extension_hint": "str", "limits": "limits",
             "max_outstanding_catchup": "size", "meta_compact": "int", "meta_compact_size": "size", "meta_compact_sync": "bool", "max_concurrent_io": "int", "max_buffered_msgs": "int",
             "max_buffered_size": "size", "request_queue_limit": "int", "info_queue_limit": "int", "max_memory": "size"}
        parts = []
        for n in self.r.sample(list(f), self.r.randrange(6)):
            v = self.limits() if f[n] == "limits" else self.pick("always", "'Always'", self.val("dur")) if n.startswith("sync") else self.val(f[n])
            if n == "domain" and self.r.random() < 0.3: v = self.pick("hub", '"a.b"', '"a b"', '"*"', '"$G"', '"-"', "a-b")
            if n == "max_concurrent_io": v = self.pick("4", "3", "8192", "8193", "100", self.odd())
            parts.append(self.field(n, v))
        if self.r.random() < 0.03: parts.append("zz: 1")
        return self.block(parts)

    def inert(self):
        n = self.pick("websocket", "ws", "leafnodes", "leaf", "gateway", "mqtt", "cluster")
        f = {"websocket": {"no_tls": "bool", "host": "host", "compression": "bool", "compress": "bool", "same_origin": "bool", "advertise": "str"},
             "leafnodes": {"host": "host", "no_advertise": "bool", "advertise": "str", "isolate": "bool"},
             "gateway": {"host": "host"}, "mqtt": {"host": "host", "js_domain": "str"},
             "cluster": {"name": "str", "host": "host", "no_advertise": "bool", "net": "host", "connect_retries": "int", "pool_size": "int", "cluster_advertise": "str"}}
        g = f[{"ws": "websocket", "leaf": "leafnodes"}.get(n, n)]
        parts = [self.field(k, self.val(g[k])) for k in self.r.sample(list(g), self.r.randrange(3) if len(g) > 2 else self.r.randrange(2))]
        if self.r.random() < 0.05: parts.append("zz: 1")
        if self.r.random() < 0.05: return self.field(n, self.odd())
        return self.field(n, self.block(parts))

    TOP = {"listen": "listen", "host": "host", "net": "host", "port": "port", "client_advertise": "str", "server_name": "str", "debug": "bool", "trace": "bool", "trace_verbose": "bool",
           "trace_headers": "bool", "logtime": "bool", "logtime_utc": "bool", "logfile": "str", "log_file": "str", "logfile_size_limit": "int", "log_size_limit": "int", "logfile_max_num": "int",
           "log_max_num": "int", "max_traced_msg_len": "int", "pidfile": "str", "pid_file": "str", "ports_file_dir": "str", "http": "listen", "http_port": "port", "monitor_port": "port",
           "http_base_path": "str", "store_dir": "str", "storedir": "str", "no_system_account": "bool", "no_system": "bool", "no_sys_acc": "bool", "prof_port": "int", "prof_block_rate": "int",
           "connect_error_reports": "int", "reconnect_error_reports": "int", "disable_sublist_cache": "bool", "no_sublist_cache": "bool", "max_connections": "int", "max_conn": "int",
           "max_subscriptions": "int", "max_subs": "int", "max_sub_tokens": "int", "max_subscription_tokens": "int", "max_control_line": "posint", "max_payload": "posint", "max_pending": "posint",
           "max_closed_clients": "int", "ping_interval": "dur", "ping_max": "int", "write_deadline": "dur", "no_fast_producer_stall": "bool", "lame_duck_duration": "longdur",
           "lame_duck_grace_period": "dur", "no_header_support": "bool", "syslog": "false", "remote_syslog": "str", "proxy_protocol": "false", "allow_non_tls": "false"}

    def entry(self):
        k = self.r.randrange(24)
        if k < 12:
            n = self.r.choice(list(self.TOP))
            kind = self.TOP[n]
            if n == "remote_syslog": return "syslog: false"
            return self.field(n, "false" if kind == "false" else self.val(kind))
        if k == 12: return self.field("authorization", self.authorization())
        if k == 13: return self.field("accounts", self.accounts())
        if k in (14, 15): return self.field("jetstream", self.jetstream())
        if k == 16: return self.field("server_tags", self.pick("a", "[a, b]", "[ id:xyz, 'c' ]", '"a, b"', "[]", "[5 ]", "5", "{}", "[a, {}]", "''"))
        if k == 17: return self.field("server_metadata", self.pick("{a: x}", "{}", "{a: 5}", "x", "[]", "{a: x, b: 'y'}"))
        if k == 18: return self.field("feature_flags", self.pick("{}", "{x: true}", "{x: 5}", "[]", "{js_ack_fc_v2: false}", "x"))
        if k == 19: return self.field("write_timeout", self.pick("default", "close", "x", "CLOSE", "5", "Default"))
        if k == 20: return self.field(self.pick("system_account", "system"), self.pick("A", "SYS", "'$SYS'", "'$G'", "5", "''", "X"))
        if k == 21: return self.field("no_auth_user", self.pick("u1", "u2", "x", "''", "5"))
        if k == 22: return self.inert()
        return self.field(self.pick("zz", "unknown", "tls_x"), self.odd()) if self.r.random() < 0.2 else self.field("server_name", self.pick("n1", '"a b"', "n-1", "'x'", "5"))

    def file(self):
        entries = [self.entry() for _ in range(self.r.choice([1, 1, 1, 2, 3, 4, 6]))]
        out = entries[0]
        for e in entries[1:]:
            if self.r.random() < 0.05: out += " # comment"
            out += self.pick("\n", "\n", "\n\n", "; ", ", ") + e
        if self.r.random() < 0.2: return self.pick("{", "{\n", "{ ") + out + self.pick("}", "\n}", "\n}\n", "\n} \n", " }")
        return out + self.pick("", "\n", "\n")


def mutate(rng, text):
    alphabet = "ab:={}[](),;\n \"'$#/\\x1.-\t\r0kMT\u00e9"
    for _ in range(rng.choice([1, 1, 2, 3])):
        i = rng.randrange(len(text) + 1)
        k = rng.randrange(4)
        if k == 0: text = text[:i] + rng.choice(alphabet) + text[i:]
        elif k == 1: text = text[:i] + text[i + 1:]
        elif k == 2: text = text[:i] + rng.choice(alphabet) + text[i + 1:]
        else: text = text[:i]
    return text


def make(seed):
    rng = random.Random(seed)
    k = rng.randrange(10)
    if k < 4: return Grammar(rng).file()
    if k < 5: return mutate(rng, Grammar(rng).file())
    if k < 6: return mutate(rng, Options(rng).file())
    return Options(rng).file()


# ---- running -----------------------------------------------------------------------------------
def run(server, path, cwd):
    env = dict(ENV, PATH="/usr/bin:/bin", HOME=cwd, LC_ALL="C")
    done = subprocess.run([server, "-t", "-c", path], cwd=cwd, env=env, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE, timeout=20)
    text = done.stderr.decode("utf-8", "replace")
    text = re.sub(r"^(leat-server|nats-server): ", "", text)
    return done.returncode, text


def lines(text):
    # The peer shows the type of its own token where a tag is no text.
    text = re.sub(r"unsupported type [^\n]* where string", "unsupported type where string", text)
    # Nor does it show what a list or a map holds, but where its parts are in memory.
    text = re.sub(r"got (map\[|\[|\{)[^\n]*", "got a container", text)
    text = re.sub(r"%!s\(\w+=([^)]*)\)", r"\1", text)
    # It names any field of a user without a name, and the block around a value of the wrong kind.
    text = re.sub(r"(?m)^\S+:\d+:\d+: (User entry requires a user|interface conversion|subject |queue |Expected |Duplicate 'store_dir')", r"\1", text)
    # Tabs and newlines inside a duration are quoted by their numbers there.
    text = text.replace("\\x09", "\\t").replace("\\x0a", "\\n").replace("\\x0d", "\\r")
    # Where it crashed inside, it says so too.
    return sorted(x for x in text.split("\n") if x and "runtime error" not in x)


def same(ours, peer):
    if ours[0] != peer[0]: return False
    if ours[0] == 0: return ours[1] == peer[1]
    a, b = lines(ours[1]), lines(peer[1])
    if a == b: return True
    # The peer stops reading a block at some mistakes; which ones it sees before is chance.
    return bool(b) and set(b) <= set(a)


SIZES = {a + b for a in "kmgtpe" for b in ("", "b", "i", "ib")}


def explain(text, ours, peer):
    """The row of DIFFERENCES.md that a difference belongs to, by its key word; nothing for a fault."""
    if "is not supported yet: this server has no" in ours[1]: return "not built"
    if re.search(r"integer '-?\d+[a-zA-Z]+' is out of the range|size is out of the range|is too big", ours[1]): return "sizes that overflow"
    if re.match(r"\w+ value can not be negative$", ours[1].strip()): return "negative limits"
    if ours[1] == "error resolving system account: account missing\n": return "system account"
    if re.search(r"(?i)\baccounts", text) and lines(ours[1]) and all("not map[string]interface {}" in x for x in lines(ours[1])): return "accounts of another kind"
    if "Duplicate 'store_dir'" in peer[1] and len(re.findall(r"(?i)\bstore(_?dir)?\b", text)) > 1: return "chance of the peer"
    if "system account name must be a string" in ours[1] and re.search(r"(?i)\bsystem_account", text): return "system of another kind"
    if "Unexpected map end '}' where a value" in ours[1]: return "key without value"
    if ")\r" in text and "(" in text: return "block and CR"
    if text.endswith(")") and "(" in text and ours[0] == 0: return "block at the end"
    if "\u0663" in text: return "digits"
    if re.search(r"\d[a-zA-Z]*\]", text): return "number before ]"
    for m in re.finditer(r"\d([kmgtpe][bi]*)(?![a-z0-9.])", text, re.I):
        if m.group(1).lower() not in SIZES: return "letters of a size"
    if ours[0] == 1 and ours[1].startswith(("config is invalid", "Parse error")) and re.search(r"""["'\\]\w{0,3}$""", text): return "open quote at the end"
    return None


def main():
    p = argparse.ArgumentParser()
    p.add_argument("--count", type=int, default=1000)
    p.add_argument("--seed", type=int, default=1)
    p.add_argument("--show", type=int, default=20)
    a = p.parse_args()
    ours_at, peer_at = os.path.abspath(os.environ["LEAT_SERVER"]), os.environ["PEER_SERVER"]
    where = tempfile.mkdtemp(prefix="confdiff")
    for name, text in INCLUDES.items():
        os.makedirs(os.path.dirname(os.path.join(where, name)) or where, exist_ok=True)
        open(os.path.join(where, name), "w").write(text)

    def one(i):
        seed = a.seed * 1000003 + i
        text = make(seed)
        full = os.path.join(where, "t%d.conf" % i)
        open(full, "w", newline="").write(text)
        name = os.path.basename(full)
        ours, peer = run(ours_at, name, where), run(peer_at, name, where)
        tries = 0
        why = None
        while not same(ours, peer):
            why = explain(text, ours, peer)
            tries += 1
            if why or tries > 15: break
            peer = run(peer_at, name, where)
        os.unlink(full)
        return seed, text, ours, peer, same(ours, peer), why

    agreed, known, bad, valid = 0, {}, [], 0
    with ThreadPoolExecutor(2) as pool:
        for seed, text, ours, peer, ok, why in pool.map(one, range(a.count)):
            if ok:
                agreed += 1
                valid += ours[0] == 0
            elif why: known[why] = known.get(why, 0) + 1
            else:
                bad.append(seed)
                if len(bad) <= a.show:
                    print("---- seed %d\n%s\n  text %r\n  ours %d %r\n  peer %d %r" % (seed, text, text, ours[0], ours[1], peer[0], peer[1]))
    shutil.rmtree(where)
    print("agreed %d (valid %d), known %s, different %d" % (agreed, valid, known, len(bad)))
    return 1 if bad else 0


if __name__ == "__main__":
    sys.exit(main())
