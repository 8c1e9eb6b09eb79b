"""The settings of text messages, Slack and webhooks."""

import pytest
from pydantic import SecretStr

from candor_common.settings import SettingsError, load_settings

SID, TOKEN = "AC" + "1" * 32, "sesame"
SMS = f"twilio://{SID}:{TOKEN}@api.twilio.com?from=+15551234567"


def test_without_them_no_further_way_is_set() -> None:
    settings = load_settings()
    assert (settings.sms_url, settings.slack_token, settings.webhook_allow) == (None, None, "")


@pytest.mark.parametrize("sender", ["+15551234567", "%2B15551234567", "55512", "MG" + "a" * 32])
def test_a_text_message_comes_from_a_number_or_a_service(
    monkeypatch: pytest.MonkeyPatch, sender: str
) -> None:
    url = SMS.replace("+15551234567", sender)
    monkeypatch.setenv("CANDOR_SMS_URL", url)
    assert load_settings().sms_url == SecretStr(url)


@pytest.mark.parametrize(
    "url",
    [
        "sesame",
        SMS.replace("twilio:", "https:"),
        SMS.replace(f"{SID}:", ""),
        SMS.replace("api.twilio.com", ""),
        SMS.replace("+15551234567", ""),
        SMS.replace("?from=+15551234567", ""),
        f"{SMS}&x=1",
        SMS.replace("twilio.com", "twilio.com:sesame"),
    ],
)
def test_a_wrong_sms_url_is_named_but_not_shown(monkeypatch: pytest.MonkeyPatch, url: str) -> None:
    monkeypatch.setenv("CANDOR_SMS_URL", url)
    with pytest.raises(SettingsError, match=r"^CANDOR_SMS_URL: ") as caught:
        load_settings()
    assert "sesame" not in str(caught.value)


def test_networks_are_written_in_one_way(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CANDOR_WEBHOOK_ALLOW", "10.1.0.0/16, fd00::/8,192.168.1.7,")
    assert load_settings().webhook_allow == "10.1.0.0/16,fd00::/8,192.168.1.7/32"


@pytest.mark.parametrize("value", ["10.1.0.1/16", "intranet", "10.0.0.0/8;192.168.0.0/16"])
def test_a_wrong_network_is_refused_at_the_start(monkeypatch: pytest.MonkeyPatch, value: str) -> None:
    monkeypatch.setenv("CANDOR_WEBHOOK_ALLOW", value)
    with pytest.raises(SettingsError, match=r"^CANDOR_WEBHOOK_ALLOW: "):
        load_settings()
