"""The page as other programs call it under /v1: by HTTP, by OpenAI's own client, with keys."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import httpx
import openai
import pytest

import app
from embeddings import Archive, Encoder
from qa import Assistant
from qa.server import middleware
from qa.server.auth import Credentials
from qa.server.keys import KeyFile
from tests.support.answers import QUOTED
from tests.support.pages import OFF_TOPIC, QUESTION, free_port

MODEL = "bulletin"


@pytest.fixture(scope="module", autouse=True)
def quick() -> Iterator[None]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(middleware, "WRONG_DELAY", 0.0)
        yield


@pytest.fixture(scope="module")
def open_address(assistant: Assistant, sample_archive: Path) -> Iterator[str]:
    """A page for which no key was made."""
    page = app.build_page(assistant, archive=sample_archive)
    yield app.serve(page, port=free_port())
    page.close()


@pytest.fixture(scope="module")
def keyed(
    default_encoder: Encoder, sample_archive: Path, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[tuple[str, KeyFile]]:
    """A page that a password opens, to which keys were given out, and that answers in groups of 钉钉."""
    folder = Path(shutil.copytree(sample_archive, tmp_path_factory.mktemp("keyed") / "archive"))
    page = app.build_page(Assistant(Archive.open(folder), default_encoder), archive=folder)
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("BULLETIN_DINGTALK_SECRET", "secret")
        address = app.serve(page, port=free_port(), credentials=Credentials("reader", "pass"))
    yield address, KeyFile(folder)
    page.close()


def client(address: str, key: str = "none") -> openai.OpenAI:
    return openai.OpenAI(base_url=f"{address}v1", api_key=key, max_retries=0)


def user(*questions: str) -> list[Any]:
    return [{"role": "user", "content": question} for question in questions]


def code_of(error: openai.APIStatusError) -> str | None:
    assert isinstance(error.response.json()["error"]["message"], str)
    return error.code


def test_the_client_of_openai_gets_an_answer_with_its_sources(open_address: str) -> None:
    completions = client(open_address).chat.completions
    made = completions.create(model=MODEL, messages=user(QUESTION), temperature=0.2)
    (choice,) = made.choices
    content = choice.message.content or ""
    assert (choice.finish_reason, choice.message.role) == ("stop", "assistant")
    assert "6月20日" in content
    assert choice.message.annotations
    source = choice.message.annotations[0].url_citation
    assert content[source.start_index : source.end_index] == "[1]"
    assert source.title in content
    shown = httpx.get(source.url, timeout=60.0)
    assert (source.url.startswith(open_address), shown.status_code) == (True, 200)


def test_a_stream_is_the_whole_answer_in_pieces(open_address: str) -> None:
    completions = client(open_address).chat.completions
    whole = completions.create(model=MODEL, messages=user(QUESTION))
    options: Any = {"include_usage": True}
    chunks = list(completions.create(model=MODEL, messages=user(QUESTION), stream=True, stream_options=options))
    deltas = [chunk.choices[0].delta for chunk in chunks if chunk.choices]
    assert "".join(delta.content or "" for delta in deltas) == whole.choices[0].message.content
    assert sum(bool(delta.content) for delta in deltas) > 1
    assert deltas[0].role == "assistant"
    assert chunks[-2].choices[0].finish_reason == "stop"
    assert chunks[-1].usage == whole.usage
    assert len({chunk.id for chunk in chunks}) == 1


def test_a_refusal_is_a_text(open_address: str) -> None:
    made = client(open_address).chat.completions.create(model=MODEL, messages=user(OFF_TOPIC))
    assert "没有找到" in (made.choices[0].message.content or "")
    assert made.choices[0].message.annotations == []
    assert made.model_extra is not None
    assert made.model_extra["bulletin"]["abstained"] is True


def test_a_conversation_is_taken_as_one(open_address: str) -> None:
    spoken: list[Any] = [
        {"role": "system", "content": "You answer like a pirate."},
        *user("李德民的党龄有多少年？"),
        {"role": "assistant", "content": "42年"},
        {"role": "user", "content": [{"type": "text", "text": "他是哪一年从区政协退休的？"}]},
    ]
    completions = client(open_address).chat.completions
    taken = "李德民是哪一年从区政协退休的"
    assert taken in (completions.create(model=MODEL, messages=spoken).choices[0].message.content or "")
    alone = completions.create(model=MODEL, messages=user("他是哪一年从区政协退休的？")).choices[0].message.content
    assert taken not in (alone or "")


def test_a_chat_front_gets_its_answer_and_a_title_tags_and_what_to_ask_next(open_address: str) -> None:
    """Open WebUI sends these, in this order, for what a user types; the orders are in other words."""
    completions = client(open_address).chat.completions
    clock = {"name": "clock", "description": "The time.", "parameters": {"type": "object", "properties": {}}}
    sent = {"tools": [{"type": "function", "function": clock}], "tool_choice": "auto", "metadata": {"chat_id": "c1"}}
    asked = "李德民的党龄有多少年？"
    streamed = completions.create(model=MODEL, messages=user(asked), stream=True, extra_body=sent)
    said = "".join(chunk.choices[0].delta.content or "" for chunk in streamed if chunk.choices)
    assert said.startswith("42年[1]")

    def wanted(order: str, field: str, sample: Any, *, answered: str = said) -> Any:
        form = json.dumps({field: sample})
        talk = f"<chat_history>\nUSER: {asked}\nASSISTANT: {answered}\n</chat_history>"
        order = f"### Task:\n{order}\n### Output:\nNothing but JSON: {form}\n### Chat:\n{talk}"
        made = completions.create(model=MODEL, messages=user(order), stream=False, max_tokens=1000)
        return json.loads(made.choices[0].message.content or "")[field]

    assert wanted("Name the chat in two to four words.", "title", "a name", answered="") == "李德民的党龄有多少年"
    assert "李德民" in wanted("Give the chat one to three tags.", "tags", ["one", "two"])
    following = wanted("Tell what the user may ask next.", "follow_ups", ["first?", "second?"])
    assert following
    for question in following:
        made = completions.create(model=MODEL, messages=user(asked, question))
        assert made.model_extra is not None
        assert made.model_extra["bulletin"]["abstained"] is False


def test_fields_narrow_what_is_looked_in(open_address: str) -> None:
    completions = client(open_address).chat.completions
    made = completions.create(model=MODEL, messages=user(QUESTION), extra_body={"until": "2021-12-31"})
    assert made.choices[0].message.annotations == []


@pytest.mark.parametrize(
    ("given", "kind", "code"),
    [
        ({"model": "gpt-4"}, openai.NotFoundError, "program.no_model"),
        ({"messages": []}, openai.BadRequestError, "program.bad_call"),
        ({"messages": [{"role": "assistant", "content": "好"}]}, openai.UnprocessableEntityError,
         "program.no_user_message"),
        ({"n": 2}, openai.BadRequestError, "program.bad_call"),
        ({"extra_body": {"k": 0}}, openai.BadRequestError, "program.bad_call"),
        ({"extra_body": {"since": "去年"}}, openai.BadRequestError, "program.bad_call"),
        ({"extra_body": {"since": "2022-02-01", "until": "2021-01-01"}}, openai.UnprocessableEntityError,
         "question.dates_crossed"),
    ],
)  # fmt: skip
def test_the_client_raises_what_is_wrong(
    open_address: str, given: dict[str, Any], kind: type[openai.APIStatusError], code: str
) -> None:
    for stream in (False, True):
        with pytest.raises(kind) as caught:
            client(open_address).chat.completions.create(
                **{"model": MODEL, "messages": user(QUESTION), "stream": stream, **given}
            )
        assert code_of(caught.value) == code


def test_there_is_one_model(open_address: str) -> None:
    models = client(open_address).models
    assert [model.id for model in models.list()] == [MODEL]
    assert models.retrieve(MODEL).owned_by == "bulletin-qa"
    with pytest.raises(openai.NotFoundError):
        models.retrieve("gpt-4")


def test_the_words_of_a_language_model_follow_the_quoted_answer(
    open_address: str, assistant: Assistant, monkeypatch: pytest.MonkeyPatch
) -> None:
    def write(answer: Any) -> Iterator[Any]:
        yield replace(answer, text="写")
        yield replace(answer, text="写好的话。")

    completions = client(open_address).chat.completions
    monkeypatch.setattr(assistant, "write", write)
    whole = completions.create(model=MODEL, messages=user(QUESTION)).choices[0].message.content or ""
    assert whole.index("6月20日") < whole.index("写好的话。") < whole.index("[1] 《")
    streamed = completions.create(model=MODEL, messages=user(QUESTION), stream=True)
    assert "".join(chunk.choices[0].delta.content or "" for chunk in streamed if chunk.choices) == whole

    def fail(answer: Any) -> Iterator[Any]:
        yield QUOTED
        raise RuntimeError("/home/someone/weights")

    monkeypatch.setattr(assistant, "write", fail)
    with pytest.raises(openai.APIError) as caught:
        list(completions.create(model=MODEL, messages=user(QUESTION), stream=True))
    assert (caught.value.code, "someone" in str(caught.value)) == ("program.failed", False)


def test_a_key_opens_the_calls_and_nothing_else(keyed: tuple[str, KeyFile]) -> None:
    address, keys = keyed
    reader = ("reader", "pass")
    assert httpx.get(f"{address}v1/models", auth=reader).status_code == 200
    key = keys.add("front", per_minute=2)
    bearer = {"Authorization": f"Bearer {key}"}
    assert client(address, key).models.retrieve(MODEL).id == MODEL
    assert httpx.get(address, headers=bearer).status_code == 401
    assert httpx.get(f"{address}v1/models", auth=reader).status_code == 200
    assert httpx.get(f"{address}v1/models").status_code == 401
    with pytest.raises(openai.AuthenticationError) as wrong:
        client(address, "bk-none").models.list()
    assert code_of(wrong.value) == "key.wrong"
    assert client(address, key).models.retrieve(MODEL).id == MODEL
    with pytest.raises(openai.RateLimitError) as limited:
        client(address, key).models.list()
    assert code_of(limited.value) == "key.too_many_a_minute"
    assert 1 <= int(limited.value.response.headers["retry-after"]) <= 60
    keys.remove("front")
    assert httpx.get(f"{address}v1/models", headers=bearer).status_code == 401


def test_a_chat_platform_comes_in_by_its_signature_alone(keyed: tuple[str, KeyFile], open_address: str) -> None:
    address, _ = keyed
    forged = httpx.post(f"{address}chats/dingtalk", json={}, headers={"timestamp": "1", "sign": "x"})
    assert (forged.status_code, forged.json()["error"]["code"]) == (403, "chat.bad_signature")
    assert httpx.post(f"{address}chats/feishu", json={}).status_code == 404
    assert httpx.post(f"{open_address}chats/dingtalk", json={}).status_code == 404


def test_calls_that_are_no_calls_are_told_so(open_address: str) -> None:
    calls = f"{open_address}v1"
    json_body = {"Content-Type": "application/json"}
    for said, status, code in (
        (httpx.get(f"{calls}/nothing"), 404, "program.nothing_here"),
        (httpx.get(f"{calls}/ask"), 405, "program.wrong_method"),
        (httpx.post(f"{calls}/ask", content=b"{", headers=json_body), 400, "program.bad_call"),
        (httpx.post(f"{calls}/ask", content=b"[" * 100_000, headers=json_body), 400, "program.bad_call"),
        (httpx.post(f"{calls}/ask", json={"question": " "}), 422, "question.empty"),
        (httpx.post(f"{calls}/ask", json={"question": QUESTION, "sinc": "2021-01-01"}), 400, "program.bad_call"),
        (httpx.get(f"{calls}/issues/none/articles/none"), 404, "question.no_issue"),
        (httpx.post(f"{calls}/ask", content=b"x" * 2_000_001, headers=json_body), 413, "http.413"),
        (httpx.get(f"{calls}/models", headers={"Origin": "https://evil.example"}), 403, "http.403"),
        (httpx.get(f"{calls}/models", headers={"Host": "evil.example"}), 421, "http.421"),
    ):
        assert (said.status_code, said.json()["error"]["code"]) == (status, code)
    chinese = httpx.post(f"{calls}/ask", json={"question": " "}, headers={"Accept-Language": "zh-CN"})
    assert chinese.json()["error"]["message"] == "请先写下问题。"


def test_questions_lean_on_those_before_and_articles_are_read_by_their_ids(open_address: str) -> None:
    calls = f"{open_address}v1"
    asked = {"question": "他是哪一年从区政协退休的？", "earlier": ["李德民的党龄有多少年？"]}
    answer = httpx.post(f"{calls}/ask", json=asked, timeout=60.0).json()
    assert answer["taken"] == "李德民是哪一年从区政协退休的？"
    source = answer["citations"][0]
    article = httpx.get(f"{calls}/issues/{source['issue_id']}/articles/{source['article_id']}").json()
    assert source["quote"] in article["body"]
    passages = httpx.post(f"{calls}/search", json={"question": QUESTION, "k": 2.0}, timeout=60.0).json()
    assert [passage["rank"] for passage in passages] == [1, 2]
    listed = httpx.get(f"{calls}/issues", params={"limit": 1, "headlines": "true"}).json()
    assert len(listed) == 1
    assert listed[0]["headlines"]


def test_every_call_is_described(open_address: str) -> None:
    described = httpx.get(f"{open_address}openapi.json").json()
    assert set(described["paths"]) == {
        "/ask", "/search", "/issues", "/issues/{issue}/articles/{article}", "/models", "/models/{model}",
        "/chat/completions",
    }  # fmt: skip
    assert described["servers"] == [{"url": "v1"}]
    body = described["components"]["schemas"]["QuestionBody"]
    assert body["properties"]["k"] == {
        "type": "integer", "minimum": 1, "maximum": 50, "default": 5, "title": "K",
        "description": "the number of passages",
    }  # fmt: skip
    for calls in described["paths"].values():
        for call in calls.values():
            assert {"200", "400", "401", "404", "422", "429", "500"} <= set(call["responses"])


CONFIGURED = """
[checks.positive_data_acceptance]
# A question that is in order may still be one that cannot be taken: 422, as described.
expected-statuses = ["2xx", "401", "403", "404", "422", "429"]
"""


@pytest.mark.slow
def test_a_fuzzer_finds_nothing_in_what_is_described(open_address: str, tmp_path: Path) -> None:
    fuzzer = shutil.which("schemathesis")
    if fuzzer is None:
        pytest.skip("schemathesis is not installed; `make fuzz` installs it")
    (tmp_path / "schemathesis.toml").write_text(CONFIGURED, encoding="utf-8")
    command = [
        fuzzer, "run", f"{open_address}openapi.json", "--url", f"{open_address}v1", "--max-examples", "25",
        "--phases", "examples,coverage,fuzzing", "--request-timeout", "60", "--generation-deterministic",
    ]  # fmt: skip
    # Hypothesis would else read what this process is told by its tests.
    environment = {name: value for name, value in os.environ.items() if not name.startswith("PYTEST")}
    done = subprocess.run(command, cwd=tmp_path, env=environment, capture_output=True, encoding="utf-8", check=False)
    assert done.returncode == 0, done.stdout[-5000:] + done.stderr[-2000:]
    assert "Tested: 7" in done.stdout
