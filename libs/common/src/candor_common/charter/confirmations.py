"""The words by which it is told whether somebody says "thank you, it works". Only the first list is the charter's."""


def _list(written: str) -> tuple[str, ...]:
    return tuple(" ".join(one.split()) for one in written.split(","))


CONFIRMATIONS = _list(
    """
    it works, this works, that worked, works now, works again, works fine, works well, works perfectly,
    everything works, all works, is working, are working, working now, working again, working fine,
    is fixed, it's fixed, that fixed it, is solved, that solved it, problem solved, issue solved,
    is resolved, problem resolved, issue resolved, all good, all fine, fine now, fine again, looks good,
    back to normal, back online, is up again, did the trick, can be closed,
    好了, 可以了, 正常了, 恢复了, 已恢复, 恢复正常, 解决了, 已解决, 修好了, 能用了, 可以用了, 能访问了,
    可以访问了, 能打开了, 可以打开了, 能登录了, 可以登录了, 可以正常, 一切正常, 运行正常, 使用正常, 搞定了,
    恢復了, 已恢復, 恢復正常, 解決了, 已解決, 能連線了, 可以連線了, 可以存取了, 能打開了, 可以打開了,
    可以開啟了, 能登入了, 可以登入了, 運作正常, 運行正常
    """
)
"""What says that it works, where a charter has no list of its own."""

DOUBTS = _list(
    """
    not, t, no, nor, never, nothing, none, nobody, without, cannot, cant, dont, doesnt, didnt, isnt, arent,
    wasnt, wont, but, still, however, although, though, yet, except, only, almost, partly, partially,
    nearly, mostly, half, part, some, until, unless, if, when, once, before, while, whether, sometimes,
    for now, later, please, pls, can you, could, would, should, shall, will, may, might, must, need, needs,
    want, wish, hope, hopefully, wait, waiting, tomorrow, soon, advance, also, another, other, others, else,
    additional, new, same, instead, seems, seem, maybe, perhaps, probably, think, try, trying, say, said,
    told, tell, check, look, a problem, one problem, problems, an issue, one issue, issues, wrong, worse,
    slow, slower, slowly, why, how, what, where, who, which,
    不, 没, 沒, 未, 无, 無, 但, 可是, 然而, 只, 仅, 僅, 除, 还, 還, 仍, 又, 请, 請, 麻烦, 麻煩, 帮我, 幫我,
    帮忙, 幫忙, 能否, 可否, 吗, 嗎, 呢, 么, 麼, 怎, 为何, 為何, 什, 谁, 誰, 哪, 如果, 假如, 要, 需, 想, 等,
    会, 會, 才, 明天, 希望, 好像, 似乎, 应该, 應該, 可能, 也许, 也許, 大概, 暂, 暫, 偶, 有时, 有時, 有些,
    有的, 一半, 部分, 慢, 卡, 错, 錯, 坏, 壞, 断, 斷, 掉, 挂, 掛, 崩, 另, 别的, 別的, 其他, 其它, 其余,
    其餘, 之前, 以前, 了解, 瞭解, 试, 試, 再说, 再說, 再看
    """
)
"""Negations, conditions, requests and questions: with one of them it is no plain yes. A `t` ends doesn't, can't and such."""

THANKS = _list(
    """
    thank you, thanks, thx,
    谢谢, 感谢, 多谢, 謝謝, 感謝, 多謝
    """
)
"""Who says nothing but this has no more to say."""

COURTEOUS_WORDS = frozenset(
    _list(
        """
        a, afternoon, all, and, awesome, best, brilliant, cheers, confirmed, day, dear, evening, everybody,
        everyone, excellent, fast, for, friendly, from, good, great, greetings, guys, hello, hey, hi, kind, lot,
        many, morning, much, nice, of, ok, okay, perfect, prompt, quick, quickly, really, regards, sincerely,
        so, super, team, thank, thanks, the, thx, to, us, very, warm, wishes, wonderful, yes, you, your, yours
        """
    )
)
"""What may stand around it without a meaning of its own."""

DEEDS = frozenset(
    _list("answer, effort, fix, fixing, help, it, reply, response, service, support, this, work")
)
"""What people are thanked for; by itself, each of them asks for something."""

PRAISE = frozenset(_list("excellent, for, good, great, nice, wonderful"))
"""One of them stands beside a deed that was done."""

COURTEOUS_SIGNS = _list(
    """
    的帮助, 的幫助, 的協助, 早上好, 下午好, 晚上好, 非常, 十分, 特别, 特別, 谢谢, 感谢, 多谢, 再次, 辛苦, 你们, 您们, 你好, 您好,
    大家, 及时, 效率, 謝謝, 感謝, 多謝, 你們, 您們, 妳好, 及時, 早安, 午安, 晚安,
    收到, 好的, 是的, 太好, 很好, 各位, 老师, 老師, 同事, 团队, 團隊, 谢, 的, 了, 啦, 你, 您, 们, 們, 太,
    很, 真, 好, 棒, 高, 嗯, 哈, 啊, 呀, 对, 對
    """
)
"""The same in Chinese, longer ones first."""
