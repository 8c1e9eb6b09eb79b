"""Takes the history and the signature out of a mail, so that only the new words remain.

Libraries for this know English clients. The rules here know the Chinese ones as well.
"""

import re

_QUOTE_HEADERS = (
    # Gmail in both Chinese scripts; Apple Mail and 163; Gmail in English; NetEase in English.
    re.compile(r"^.{0,120}[于於]\s?\d{4}.{6,40}[写寫]道[:\uff1a]\s*$"),
    re.compile(r"^在\s?.{4,120}[写寫]道[:\uff1a]\s*$"),
    re.compile(r"^On .{6,120} wrote:\s*$"),
    re.compile(r"^At \d{4}.{6,120} wrote:\s*$"),
    # German and French. The digit is that of the date: people begin sentences like that.
    re.compile(r"^Am (?=.{0,60}\d).{6,120} schrieb(?: .{1,120})?:\s*$"),
    re.compile(r"^Le (?=.{0,60}\d).{6,120} a écrit\s?:\s*$"),
)
# QQ writes the entity as it is. 网易邮箱大师 and its English edition have words of their own.
_RULE = re.compile(
    r"^[-_—]{3,}(?:&nbsp;|\s)*"
    r"(?:原始邮件|原始郵件|回[复覆復]的?原[邮郵]件|转发邮件|轉寄郵件|Original(?: Message)?|Replied Message)"
    r"(?:&nbsp;|\s)*[-_—]{3,}\s*$",
    re.IGNORECASE,
)
_OUTLOOK = re.compile(r"^(?:发件人|寄件者|寄件人|From)\s*[:\uff1a]")
_OUTLOOK_NEXT = re.compile(r"^(?:发送时间|日期|寄件日期|傳送時間|Sent|Date|收件人|To)\s*[:\uff1a]")
_OUTLOOK_REACH = 200
_HEADER_NAMES = (
    re.compile(r"(?:发件人|寄件者|寄件人|From)\s*[:\uff1a]"),
    re.compile(r"(?:发送时间|发送日期|日期|寄件日期|傳送時間|時間|时间|Sent|Date)\s*[:\uff1a]"),
    re.compile(r"(?:收件人|收件者|To)\s*[:\uff1a]"),
    re.compile(r"(?:抄送|副本|Cc)\s*[:\uff1a]"),
    re.compile(r"(?:主题|主題|主旨|Subject)\s*[:\uff1a]"),
)
_ENOUGH_NAMES = 3
"""Header names next to each other that are the head of a mail, and not what a report of a fault has in its lines."""
_CLIENT_LINE = re.compile(
    r"^(?:(?:[发發]自我的|[从從] ?Windows ?版|Sent from my |Get Outlook for |(?:获取|取得|下載|下载) ?Outlook for ).{0,60}"
    r"|[从從]我的 ?(?:iPhone|iPad|Mac|Android|手机|手機).{0,20}(?:发送|傳送|寄出)。?)$"
)
_SIGNATURE = re.compile(r"^-- ?$")
_LONGEST_SIGNATURE = 15
"""Lines. What is longer is no signature, whatever stands above it."""
_ONLY_A_RULE = re.compile(r"^[-_—]{3,}$")
_FORWARD = re.compile(r"\s*(?:fwd?|转发|轉寄|轉發)\s*[:\uff1a]", re.IGNORECASE)


def is_forward(subject: str) -> bool:
    """Whether a mail passes another one on, so that the quoted part is what it is about."""
    return _FORWARD.match(subject) is not None


def new_words(text: str, *, is_reply: bool = True) -> str:
    """The text without quoted mails, signatures and lines of the client; the whole text if nothing else were left.

    In a mail that answers none, two lines like `From: 10.1.1.1` and `To: 10.2.2.2` are words like any other.
    """
    parts = [_unsigned(part) for part in _unquoted(text.splitlines(), is_reply)]
    kept = [line for part in parts for line in part if not _CLIENT_LINE.match(line.strip())]
    return "\n".join(_without_trail(kept)).strip() or text.strip()


def _without_trail(lines: list[str]) -> list[str]:
    """The lines up to the last that is neither empty nor quoted."""
    kept = list(lines)
    while kept and (not kept[-1].strip() or kept[-1].startswith(">") or _ONLY_A_RULE.match(kept[-1].strip())):
        kept.pop()
    return kept


def _unsigned(lines: list[str]) -> list[str]:
    """The lines without the signature at their end. An answer below a quote is none."""
    kept = _without_trail(lines)
    first = max(len(kept) - _LONGEST_SIGNATURE - 1, 0)
    for at in range(len(kept) - 1, first - 1, -1):
        if kept[at].startswith(">"):
            break
        if _SIGNATURE.match(kept[at]):
            return [*kept[:at], ""]
    return lines


def _unquoted(lines: list[str], is_reply: bool) -> list[list[str]]:
    """What stands before, between and below quoted mails."""
    parts: list[list[str]] = [[]]
    at = 0
    while at < len(lines):
        after = _after_header(lines, at, is_reply)
        if after is None:
            parts[-1].append(lines[at])
            at += 1
            continue
        at = _after_marked_quote(lines, after)
        if at == after:
            break
        parts.append([])
    return parts


def _after_header(lines: list[str], at: int, is_reply: bool) -> int | None:
    """Where the quote begins, if the line is the header of one. Some clients break the header in two."""
    line = lines[at].strip()
    if _RULE.match(line) or _is_header(line) or _is_head(lines, at, is_reply):
        return at + 1
    following = lines[at + 1].strip() if at + 1 < len(lines) else ""
    broken = _is_header(f"{line} {following}") and not _is_header(following)
    return at + 2 if broken and line else None


def _is_header(line: str) -> bool:
    return line.endswith((":", "\uff1a")) and any(pattern.match(line) for pattern in _QUOTE_HEADERS)


def _is_head(lines: list[str], at: int, is_reply: bool) -> bool:
    """Whether the head of a mail begins here, as Outlook puts it above what it quotes."""
    if not _OUTLOOK.match(lines[at].strip()):
        return False
    return _names(lines, at) >= _ENOUGH_NAMES or (is_reply and _is_followed(lines, at))


def _names(lines: list[str], at: int) -> int:
    """How many different header names stand in adjacent lines."""
    found: set[int] = set()
    for line in lines[at : at + len(_HEADER_NAMES)]:
        named = {which for which, name in enumerate(_HEADER_NAMES) if name.match(line.strip())}
        if not named:
            break
        found |= named
    return len(found)


def _is_followed(lines: list[str], at: int) -> bool:
    reach = 0
    for line in lines[at + 1 : at + 1 + _OUTLOOK_REACH]:
        reach += len(line) + 1
        if reach > _OUTLOOK_REACH:
            return False
        if _OUTLOOK_NEXT.match(line.strip()):
            return True
    return False


def _after_marked_quote(lines: list[str], at: int) -> int:
    """Where a quote marked with `>` ends. People answer below it; without marks, all the rest is quote."""
    end = start = at
    while end < len(lines) and (not lines[end].strip() or lines[end].startswith(">")):
        end += 1
    return end if any(line.startswith(">") for line in lines[start:end]) else at
