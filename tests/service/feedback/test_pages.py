"""The survey's page: no login, nothing changes by looking, three languages, and nothing that strangers wrote is run."""

import re
from datetime import timedelta

import pytest

from candor_common.events import Contact, Survey, SurveyAnswered
from candor_common.languages import Language
from candor_feedback import store
from candor_feedback.domain.survey import LONGEST_COMMENT
from candor_feedback.domain.words import WORDS
from tests.plugins.served import Served
from tests.service.feedback.asking import an_invited_survey, link_to

pytestmark = pytest.mark.packages("candor_feedback")

HOSTILE = "</textarea><script>alert(1)</script><img src=x onerror=alert(2)> & \"quotes\" 'too'"


async def answers(feedback: Served) -> list[tuple[int | None, str | None]]:
    told = await feedback.told()
    return [(fact.survey.overall, fact.survey.comment) for fact in told if isinstance(fact, SurveyAnswered)]


async def stored(feedback: Served) -> tuple[str, Survey]:
    [row] = await feedback.rows(store.survey.select())
    return row["state"], row["snapshot"]


@pytest.mark.parametrize("language", ["en", "zh-Hans", "zh-Hant"])
async def test_the_page_speaks_the_language_of_the_incident(feedback: Served, language: Language) -> None:
    link, text = link_to(feedback, await an_invited_survey(feedback, language)), WORDS[language]
    page = await feedback.client.get(link, headers={"Accept-Language": "fr"})
    assert page.status_code == 200
    assert f'<html lang="{language}">' in page.text
    assert page.headers["Content-Language"] == language
    questions = (text.solved, text.solved_no, text.overall, text.speed, text.solution, text.manner)
    said = (text.title, *questions, text.comment, text.comment_help, text.send, *text.scores)
    assert [words for words in said if words not in page.text] == []
    assert text.about.format(reference="INC-000001") in page.text
    answered = await feedback.client.post(link, data={"overall": "5"}, follow_redirects=True)
    assert (answered.status_code, answered.url.path) == (200, f"{link}/thanks")
    assert [
        words for words in (text.thanks_title, text.thanks, text.change) if words not in answered.text
    ] == []


async def test_a_language_that_is_not_spoken_here_is_answered_in_english(feedback: Served) -> None:
    page = await feedback.client.get(link_to(feedback, await an_invited_survey(feedback, "de")))
    assert '<html lang="en">' in page.text


async def test_looking_changes_nothing(feedback: Served) -> None:
    survey = await an_invited_survey(feedback)
    link = link_to(feedback, survey)
    for path in (link, f"{link}?overall=1", f"{link}?score=1&solved=no", f"{link}/thanks"):
        for method in ("GET", "HEAD"):
            answer = await feedback.client.request(method, path)
            assert answer.status_code in (200, 303)
    assert await stored(feedback) == ("invited", survey)
    assert await feedback.told() == []


def chosen(page: str) -> list[tuple[str, str]]:
    """The fields that are chosen already, with their values."""
    return re.findall(r'name="(\w+)" value="(\w+)" checked', page)


async def test_the_score_of_the_link_is_chosen_already(feedback: Served) -> None:
    link = link_to(feedback, await an_invited_survey(feedback))
    for score in "12345":
        for name in ("overall", "score"):
            page = (await feedback.client.get(f"{link}?{name}={score}")).text
            assert chosen(page) == [("overall", score)]
    for nonsense in ("0", "6", "4.5", "x", "", "%00"):
        page = (await feedback.client.get(f"{link}?overall={nonsense}&speed={nonsense}")).text
        assert "checked" not in page
    assert chosen((await feedback.client.get(f"{link}?solved=no")).text) == [("solved", "no")]


async def test_what_is_not_solved_is_asked_first_and_apart(feedback: Served) -> None:
    page = (await feedback.client.get(link_to(feedback, await an_invited_survey(feedback)))).text
    names = re.findall(r'<input type="radio".*? name="(\w+)"', page)
    assert list(dict.fromkeys(names)) == ["solved", "overall", "speed", "solution", "manner"]
    assert page.index('class="apart"') < page.index('name="solved"')


async def test_one_score_can_be_sent_without_reading_on(feedback: Served) -> None:
    page = (await feedback.client.get(link_to(feedback, await an_invited_survey(feedback)))).text
    assert page.index('name="overall" value="5"') < page.index("<button>") < page.index('name="speed"')
    assert page.index("</textarea>") < page.rindex("<button>")


async def test_every_choice_has_words_and_every_question_a_legend(feedback: Served) -> None:
    page = (await feedback.client.get(link_to(feedback, await an_invited_survey(feedback)))).text
    assert page.count("<fieldset") == page.count("<legend>") == 5
    assert page.count("<label") == page.count("<input") + page.count("<textarea") == 2 + 4 * 5 + 1
    for label in WORDS["en"].scores:
        assert page.count(f"</span> {label}</span></label>") == 4


async def test_an_answer_is_stored_and_told(feedback: Served) -> None:
    link = link_to(feedback, await an_invited_survey(feedback))
    answer = await feedback.client.post(link, data={"overall": "4", "comment": "Quick.\r\nThank you. "})
    assert (answer.status_code, answer.headers["Location"]) == (303, f"{link}/thanks")
    state, survey = await stored(feedback)
    assert (state, survey.overall, survey.comment) == ("answered", 4, "Quick.\nThank you.")
    assert survey.answered_at == feedback.clock.now()
    assert await answers(feedback) == [(4, "Quick.\nThank you.")]


async def test_a_second_answer_replaces_the_first(feedback: Served) -> None:
    link = link_to(feedback, await an_invited_survey(feedback))
    await feedback.client.post(link, data={"overall": "4", "comment": "Quick."})
    page = (await feedback.client.get(link)).text
    assert chosen(page) == [("overall", "4")]
    assert ">Quick.</textarea>" in page
    feedback.clock.advance(timedelta(hours=1))
    await feedback.client.post(link, data={"overall": "1", "comment": "Broken again."})
    assert await answers(feedback) == [(4, "Quick."), (1, "Broken again.")]
    assert await feedback.count(store.survey) == 1


async def test_a_form_that_is_sent_twice_is_one_answer(feedback: Served) -> None:
    link = link_to(feedback, await an_invited_survey(feedback))
    for _ in range(2):
        assert (
            await feedback.client.post(link, data={"overall": "4", "comment": "Quick."})
        ).status_code == 303
    assert await answers(feedback) == [(4, "Quick.")]


async def test_all_four_questions_are_kept_and_shown_again(feedback: Served) -> None:
    link = link_to(feedback, await an_invited_survey(feedback))
    said = {"solved": "yes", "overall": "4", "speed": "5", "solution": "3", "manner": "2"}
    assert (await feedback.client.post(link, data=said)).status_code == 303
    _, survey = await stored(feedback)
    assert (survey.overall, survey.speed, survey.solution, survey.manner) == (4, 5, 3, 2)
    assert survey.solved is True
    assert chosen((await feedback.client.get(link)).text) == list(said.items())


async def test_that_it_is_not_solved_needs_no_score(feedback: Served) -> None:
    link = link_to(feedback, await an_invited_survey(feedback))
    page = await feedback.client.post(link, data={"solved": "no"}, follow_redirects=True)
    assert page.status_code == 200
    assert WORDS["en"].thanks_unsolved in page.text
    _, survey = await stored(feedback)
    assert (survey.overall, survey.solved) == (None, False)


async def test_the_thanks_say_by_when_somebody_answers_in_the_time_of_the_reader(feedback: Served) -> None:
    contact = Contact(address="li@example.com", zone="Asia/Shanghai")
    link = link_to(feedback, await an_invited_survey(feedback, requester=contact))
    page = await feedback.client.post(
        link, data={"overall": "1", "comment": "Too slow."}, follow_redirects=True
    )
    # Answered on Monday at 18:00 in Shanghai.
    call, reply, until = (
        f"{day}, 18:00 (China Standard Time)" for day in ("Tue 3 Mar", "Sat 7 Mar", "Mon 30 Mar")
    )
    assert WORDS["en"].thanks_call.format(time=call) in page.text
    assert WORDS["en"].thanks_reply.format(time=reply) in page.text
    assert WORDS["en"].change_until.format(time=until) in page.text
    assert WORDS["en"].thanks_unsolved not in page.text
    feedback.clock.advance(timedelta(days=2))
    later = (await feedback.client.get(f"{link}/thanks")).text
    assert call not in later
    assert reply in later


async def test_an_answer_without_a_score_is_asked_for_it_and_keeps_the_rest(feedback: Served) -> None:
    link = link_to(feedback, await an_invited_survey(feedback))
    for overall in ({}, {"overall": "6"}, {"overall": "-1"}, {"overall": "４"}):
        said = {"comment": "So much to say.", "solved": "yes", "speed": "2"}
        page = await feedback.client.post(link, data=said | overall)
        assert page.status_code == 422
        assert WORDS["en"].choose in page.text
        assert 'role="alert"' in page.text
        assert chosen(page.text) == [("solved", "yes"), ("speed", "2")]
        assert ">So much to say.</textarea>" in page.text
    assert await answers(feedback) == []


@pytest.mark.parametrize("language", list(WORDS))
async def test_a_comment_that_is_too_long_is_shown_again_and_nothing_is_lost(
    feedback: Served, language: Language
) -> None:
    link = link_to(feedback, await an_invited_survey(feedback, language))
    said = {"overall": "4", "comment": "a log\r\n" * 2_000}
    page = await feedback.client.post(link, data=said)
    assert page.status_code == 422
    assert WORDS[language].comment_too_long.format(most=LONGEST_COMMENT) in page.text
    assert page.text.count("a log") == 2_000
    assert ("maxlength" in page.text, chosen(page.text)) == (False, [("overall", "4")])
    assert await answers(feedback) == []
    fits = said["comment"][:5_800]
    assert (await feedback.client.post(link, data=said | {"comment": fits})).status_code == 303
    assert await answers(feedback) == [(4, fits.replace("\r\n", "\n").strip())]


async def test_when_the_time_is_over_the_survey_is_gone(feedback: Served) -> None:
    survey = await an_invited_survey(feedback, "zh-Hans")
    link = link_to(feedback, survey)
    feedback.clock.set(survey.expires_at)
    assert (await feedback.client.get(link)).status_code == 200
    # And a year later, when the link itself is old, it is still the survey that says so, in its language.
    for later in (timedelta(seconds=1), timedelta(days=365)):
        feedback.clock.set(survey.expires_at + later)
        for answer in (
            await feedback.client.get(link),
            await feedback.client.post(link, data={"overall": "4"}),
            await feedback.client.post(link),
        ):
            assert answer.status_code == 410
            assert WORDS["zh-Hans"].late in answer.text
            assert "<form" not in answer.text
    assert await answers(feedback) == []


async def test_who_answered_in_time_may_still_see_the_thanks_but_change_nothing(feedback: Served) -> None:
    survey = await an_invited_survey(feedback)
    link = link_to(feedback, survey)
    await feedback.client.post(link, data={"overall": "4"})
    feedback.clock.set(survey.expires_at + timedelta(days=1))
    page = await feedback.client.get(f"{link}/thanks")
    assert page.status_code == 200
    assert WORDS["en"].change not in page.text


async def test_thanks_come_after_the_answer(feedback: Served) -> None:
    link = link_to(feedback, await an_invited_survey(feedback))
    answer = await feedback.client.get(f"{link}/thanks")
    assert (answer.status_code, answer.headers["Location"]) == (303, link)


async def test_a_link_that_is_not_ours_leads_to_a_page_that_helps(feedback: Served) -> None:
    survey = await an_invited_survey(feedback)
    link, signer = link_to(feedback, survey), feedback.runtime.context.signer
    others = [
        signer.sign("status", survey.id),
        signer.sign("survey", "another"),
        "x",
        "%00",
        "%ff",
        "a.b",
        "é",
    ]
    for path in (link[:-1], f"{link}x", *(f"/survey/{token}" for token in others)):
        for asked in (
            await feedback.client.get(path, headers={"Accept-Language": "zh-TW,zh;q=0.9"}),
            await feedback.client.post(path, data={"overall": "1"}, headers={"Accept-Language": "zh-TW"}),
            await feedback.client.get(f"{path}/thanks", headers={"Accept-Language": "zh-TW"}),
        ):
            assert asked.status_code == 404
            assert WORDS["zh-Hant"].bad in asked.text
    assert (await feedback.client.head("/survey/x")).status_code == 404
    assert (await stored(feedback))[0] == "invited"


async def test_what_strangers_wrote_does_nothing_on_our_page(feedback: Served) -> None:
    link = link_to(feedback, await an_invited_survey(feedback))
    await feedback.client.post(link, data={"overall": "4", "comment": HOSTILE})
    again = await feedback.client.post(link, data={"comment": HOSTILE})
    for page in (await feedback.client.get(link), again):
        assert "<script" not in page.text
        assert "<img" not in page.text
        assert "&lt;/textarea&gt;&lt;script&gt;" in page.text
    assert await answers(feedback) == [(4, HOSTILE)]


async def test_every_page_is_locked_down(feedback: Served) -> None:
    link = link_to(feedback, await an_invited_survey(feedback))
    pages = [
        await feedback.client.get(link),
        await feedback.client.get("/survey/x"),
        await feedback.client.post(link),
        await feedback.client.post(link, data={"overall": "3"}),
        await feedback.client.get(f"{link}/thanks"),
    ]
    assert [page.status_code for page in pages] == [200, 404, 422, 303, 200]
    for page in pages:
        policy = page.headers["Content-Security-Policy"]
        assert "default-src 'none'" in policy
        assert "form-action 'self'" in policy
        assert "script" not in policy
        assert "unsafe" not in policy
        assert page.headers["X-Content-Type-Options"] == "nosniff"
        assert page.headers["Referrer-Policy"] == "no-referrer"
        assert page.headers["Cache-Control"] == "no-store"
        assert "style=" not in page.text
    assert (await feedback.client.get("/static/candor.css")).headers["Content-Type"].startswith("text/css")
