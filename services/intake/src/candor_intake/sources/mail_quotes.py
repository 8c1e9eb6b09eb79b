"""Takes the history out of a reply, so that only the new words remain.

Libraries for this know English clients. The rules here know the Chinese ones as well.
"""

import re
from collections.abc import Iterator

_QUOTE_HEADERS = (
    # Gmail in both Chinese scripts; Apple Mail and 163; Gmail in English.
    re.compile(r"^.{0,120}[于於]\s?\d{4}.{6,40}[写寫]道[:\uff1a]\s*$"),
    re.compile(r"^在\s?.{4,120}[写寫]道[:\uff1a]\s*$"),
    re.compile(r"^On .{6,120} wrote:\s*$"),
)
# QQ writes the entity as it is.
_RULE = re.compile(
    r"^[-_—]{3,}(?:&nbsp;|\s)*"
    r"(?:原始邮件|原始郵件|Original Message|转发邮件|轉寄郵件)(?:&nbsp;|\s)*[-_—]{3,}\s*$"
)
_OUTLOOK = re.compile(r"^(?:发件人|寄件者|寄件人|From)\s*[:\uff1a]")
_OUTLOOK_NEXT = re.compile(r"^(?:发送时间|日期|寄件日期|傳送時間|Sent|Date|收件人|To)\s*[:\uff1a]")
_OUTLOOK_REACH = 200
_CLIENT_LINE = re.compile(
    r"^(?:[发發]自我的|[从從] ?Windows ?版|Sent from my |Get Outlook for )"
    r".{0,60}$"
)
_ONLY_A_RULE = re.compile(r"^[-_—]{3,}$")
_FORWARD = re.compile(r"\s*(?:fwd?|转发|轉寄|轉發)\s*[:\uff1a]", re.IGNORECASE)


def is_forward(subject: str) -> bool:
    """Whether a mail passes another one on, so that the quoted part is what it is about."""
    return _FORWARD.match(subject) is not None


def new_words(text: str) -> str:
    """The text without quoted mails and lines of the client; the whole text if nothing else were left."""
    kept = [line for line in _unquoted(text.splitlines()) if not _CLIENT_LINE.match(line.strip())]
    while kept and (not kept[-1].strip() or kept[-1].startswith(">") or _ONLY_A_RULE.match(kept[-1].strip())):
        kept.pop()
    return "\n".join(kept).strip() or text.strip()


def _unquoted(lines: list[str]) -> Iterator[str]:
    at = 0
    while at < len(lines):
        after = _after_header(lines, at)
        if after is None:
            yield lines[at]
            at += 1
            continue
        at = _after_marked_quote(lines, after)
        if at == after:
            return


def _after_header(lines: list[str], at: int) -> int | None:
    """Where the quote begins, if the line is the header of one. Some clients break the header in two."""
    line = lines[at].strip()
    if _RULE.match(line) or _is_outlook_block(lines, at) or _is_header(line):
        return at + 1
    following = lines[at + 1].strip() if at + 1 < len(lines) else ""
    broken = _is_header(f"{line} {following}") and not _is_header(following)
    return at + 2 if broken and line else None


def _is_header(line: str) -> bool:
    return line.endswith((":", "\uff1a")) and any(pattern.match(line) for pattern in _QUOTE_HEADERS)


def _is_outlook_block(lines: list[str], at: int) -> bool:
    if not _OUTLOOK.match(lines[at].strip()):
        return False
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
