"""What is wrong with a field of a form, as a key for programs and as a sentence for people, in their language."""

from dataclasses import dataclass
from enum import StrEnum

from candor_common.languages import Language
from candor_common.wording import Wording
from candor_intake.domain.inbound import BadPayload


class FaultKey(StrEnum):
    """What can be wrong with a field; the name of its sentence in `FormWords`."""

    MISSING = "missing"
    TOO_LONG = "too_long"
    NO_ADDRESS = "no_address"
    NO_NUMBER = "no_number"
    NOBODY = "nobody"
    NO_CALLBACK = "no_callback"
    TOO_MANY_FILES = "too_many_files"
    FILE_EMPTY = "file_empty"
    FILE_TOO_LARGE = "file_too_large"
    FILES_TOO_LARGE = "files_too_large"
    FILE_TYPE = "file_type"


@dataclass(frozen=True, slots=True)
class FormWords:
    """The sentences of one language. A language that lacks one can't be built. Places are named in braces."""

    missing: str
    too_long: str
    """{most}: characters"""
    no_address: str
    no_number: str
    nobody: str
    no_callback: str
    too_many_files: str
    """{most}"""
    file_empty: str
    """{name}"""
    file_too_large: str
    """{name}, {most}: megabytes"""
    files_too_large: str
    """{most}: megabytes"""
    file_type: str
    """{name}"""


FORM_WORDS = Wording(
    en=FormWords(
        missing="Please fill this in.",
        too_long="This is too long; at most {most} characters fit.",
        no_address="This is not an e-mail address that we can answer to.",
        no_number="This is not a telephone number.",
        nobody="Please give at least a name or a number.",
        no_callback="A call back needs a number.",
        too_many_files="At most {most} files can be sent.",
        file_empty="The file “{name}” is empty.",
        file_too_large="The file “{name}” is too large; at most {most} MB fit.",
        files_too_large="The files are too large together; at most {most} MB fit.",
        file_type="A file like “{name}” can't be sent as it is. Please put it into a ZIP archive.",
    ),
    zh_hans=FormWords(
        missing="请填写此项。",
        too_long="内容过长，最多 {most} 个字符。",
        no_address="这不是有效的电子邮箱地址，我们无法回复。",
        no_number="这不是有效的电话号码。",
        nobody="请至少填写姓名或电话号码。",
        no_callback="需要回电时请填写电话号码。",
        too_many_files="最多可以上传 {most} 个文件。",
        file_empty="文件“{name}”是空的。",
        file_too_large="文件“{name}”过大，最大 {most} MB。",
        files_too_large="文件总大小超出限制，合计不超过 {most} MB。",
        file_type="不能直接上传“{name}”这类文件，请压缩成 ZIP 后再上传。",
    ),
    zh_hant=FormWords(
        missing="請填寫此欄位。",
        too_long="內容過長，最多 {most} 個字元。",
        no_address="這不是有效的電子郵件地址，我們無法回覆。",
        no_number="這不是有效的電話號碼。",
        nobody="請至少填寫姓名或電話號碼。",
        no_callback="需要回電時請填寫電話號碼。",
        too_many_files="最多可以上傳 {most} 個檔案。",
        file_empty="檔案「{name}」是空的。",
        file_too_large="檔案「{name}」太大，上限為 {most} MB。",
        files_too_large="檔案總大小超過限制，合計不得超過 {most} MB。",
        file_type="無法直接上傳「{name}」這類檔案，請壓縮成 ZIP 後再上傳。",
    ),
)


@dataclass(frozen=True, slots=True)
class FieldFault:
    """What is wrong with one field."""

    key: FaultKey
    most: int | None = None
    """The limit that was passed."""
    name: str = ""
    """The file that is meant."""

    def text(self, language: Language) -> str:
        """The sentence for whoever filled in the form. It holds their words: escape it."""
        sentence: str = getattr(FORM_WORDS[language], self.key)
        return sentence.format(most=self.most, name=self.name)


class Unfilled(BadPayload):
    """A form that has to be shown again: `faults` says what is wrong with which field."""

    def __init__(self, faults: dict[str, FieldFault]) -> None:
        first, fault = next(iter(faults.items()))
        super().__init__(f"{fault.key}: {fault.text('en')}", f"#/{first}")
        self.faults = faults
