"""Forms as web clients post them, `application/x-www-form-urlencoded`."""

from urllib.parse import parse_qsl

from candor_intake.domain.inbound import Malformed

MOST_FIELDS = 500


def fields(body: bytes, *, most: int = MOST_FIELDS) -> dict[str, str]:
    """The fields of a form by their names. Of a name that comes twice the first counts."""
    try:
        pairs = parse_qsl(
            body.decode("utf-8", "replace"),
            keep_blank_values=True,
            errors="replace",
            max_num_fields=most,
        )
    except ValueError as error:
        raise Malformed(f"The form has more than {most} fields.") from error
    return dict(reversed(pairs))
