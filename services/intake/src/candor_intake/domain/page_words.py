"""What stands on the pages with forms, in each language."""

from dataclasses import dataclass

from candor_common.languages import Language
from candor_common.wording import Wording

LANGUAGE_NAMES: dict[Language, str] = {"en": "English", "zh-Hans": "简体中文", "zh-Hant": "繁體中文"}


@dataclass(frozen=True, slots=True)
class PageWords:
    """The texts of one language. A language that lacks one can't be built. Places are named in braces."""

    languages: str
    title: str
    intro: str
    name: str
    address: str
    address_help: str
    subject: str
    text: str
    text_help: str
    urgent: str
    urgent_help: str
    files: str
    files_help: str
    """{most}: files, {each} and {together}: megabytes"""
    send: str
    optional: str
    wrong: str
    files_again: str
    trap: str
    """Beside the field that nobody is to fill in."""
    thanks_title: str
    thanks: str
    """{reference}"""
    thanks_plain: str
    another: str
    too_many: str
    """{minutes}"""
    away: str
    call_title: str
    call_intro: str
    taken_by: str
    caller: str
    number: str
    said: str
    callback: str
    call_language: str
    call_send: str
    call_done: str
    """{reference}"""
    call_another: str


PAGE_WORDS = Wording(
    en=PageWords(
        languages="Language",
        title="How can we help?",
        intro="Tell us what is wrong, or what you would like to know. We answer by e-mail.",
        name="Your name",
        address="E-mail address",
        address_help="Our answer goes there.",
        subject="Subject",
        text="What happened, and since when?",
        text_help="What you did, what you saw, and when it began.",
        urgent="A service is down, or data are at risk",
        urgent_help="We look at these first.",
        files="Files",
        files_help="Up to {most} files, {each} MB each and {together} MB together: pictures, PDF, text, office"
        " documents, ZIP.",
        send="Send",
        optional="(optional)",
        wrong="Please check:",
        files_again="Please choose your files again; a browser does not keep them.",
        trap="Please leave this empty",
        thanks_title="We have your message",
        thanks="Your reference is {reference}. Please keep it. We answer by e-mail.",
        thanks_plain="We answer by e-mail.",
        another="Send another message",
        too_many="Many messages came from your network in a short time. Please send it again in {minutes} min; what"
        " you wrote is still here.",
        away="We could not store your message just now. Please send it again in a minute; what you wrote is still"
        " here.",
        call_title="Note a call",
        call_intro="Somebody calls and you write down what about. It becomes a request like any other.",
        taken_by="Who took the call",
        caller="Caller's name",
        number="Telephone number",
        said="What the caller said",
        callback="The caller wants to be called back",
        call_language="Language of the caller",
        call_send="Save",
        call_done="The call is noted as {reference}.",
        call_another="Note another call",
    ),
    zh_hans=PageWords(
        languages="语言",
        title="有什么可以帮您？",
        intro="请告诉我们遇到的问题，或者您想了解的内容。我们会通过电子邮件回复您。",
        name="您的姓名",
        address="电子邮箱",
        address_help="回复会发到这个邮箱。",
        subject="主题",
        text="出了什么问题？从什么时候开始？",
        text_help="请写明您做了什么、看到了什么，以及开始的时间。",
        urgent="服务中断，或数据有丢失风险",
        urgent_help="勾选后我们会优先查看。",
        files="附件",
        files_help="最多 {most} 个文件，每个不超过 {each} MB，合计不超过 {together} MB。支持图片、PDF、文本、Office 文档和 ZIP。",
        send="提交",
        optional="（选填）",
        wrong="请检查以下内容：",
        files_again="请重新选择附件，浏览器不会保留之前的选择。",
        trap="此项请留空",
        thanks_title="已收到您的请求",
        thanks="您的请求编号是 {reference}，请妥善保存。我们会通过电子邮件回复您。",
        thanks_plain="我们会通过电子邮件回复您。",
        another="再提交一个请求",
        too_many="您所在的网络短时间内提交次数过多，请在 {minutes} 分钟后再提交。您填写的内容仍保留在本页。",
        away="暂时无法保存您的请求，请过一分钟再提交。您填写的内容仍保留在本页。",
        call_title="记录来电",
        call_intro="接到电话后把内容记在这里，它会和其他请求一样得到处理。",
        taken_by="接听人",
        caller="来电人姓名",
        number="电话号码",
        said="来电内容",
        callback="需要回电",
        call_language="来电人使用的语言",
        call_send="保存",
        call_done="来电已记录，编号 {reference}。",
        call_another="再记录一个来电",
    ),
    zh_hant=PageWords(
        languages="語言",
        title="有什麼可以幫您？",
        intro="請告訴我們您遇到的問題，或想了解的內容。我們會以電子郵件回覆您。",
        name="您的姓名",
        address="電子郵件地址",
        address_help="回覆會寄到這個地址。",
        subject="主旨",
        text="發生了什麼問題？從什麼時候開始？",
        text_help="請寫明您做了什麼、看到了什麼，以及開始的時間。",
        urgent="服務中斷，或資料有遺失的風險",
        urgent_help="勾選後我們會優先查看。",
        files="附件",
        files_help="最多 {most} 個檔案，每個不超過 {each} MB，合計不超過 {together} MB。可傳送圖片、PDF、文字、Office 文件與 ZIP。",
        send="送出",
        optional="（選填）",
        wrong="請檢查以下內容：",
        files_again="請重新選擇附件，瀏覽器不會保留先前的選擇。",
        trap="此欄請留空",
        thanks_title="已收到您的請求",
        thanks="您的請求編號是 {reference}，請妥善保存。我們會以電子郵件回覆您。",
        thanks_plain="我們會以電子郵件回覆您。",
        another="再送出一個請求",
        too_many="您所在的網路短時間內送出次數過多，請在 {minutes} 分鐘後再送出。您填寫的內容仍保留在本頁。",
        away="暫時無法儲存您的請求，請過一分鐘再送出。您填寫的內容仍保留在本頁。",
        call_title="記錄來電",
        call_intro="接到電話後把內容記在這裡，它會和其他請求一樣得到處理。",
        taken_by="接聽人",
        caller="來電者姓名",
        number="電話號碼",
        said="來電內容",
        callback="需要回電",
        call_language="來電者使用的語言",
        call_send="儲存",
        call_done="來電已記錄，編號 {reference}。",
        call_another="再記錄一通來電",
    ),
)
