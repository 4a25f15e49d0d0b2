"""What readers left behind, in the newsroom tab: their votes, and what they asked in vain.

gradio comes as an argument, so that importing this module costs nothing.
"""

from typing import Any

from embeddings import BulletinError
from qa.editing_html import trouble
from qa.kept_room import SAVE, as_text
from qa.memory import Memory, file
from qa.opinions import (
    UNANSWERED_COLUMNS,
    VOTE_COLUMNS,
    as_csv,
    csv_name,
    unanswered_html,
    unanswered_row,
    vote_row,
    votes_html,
)

_SHOWN = 200
_HEADING = "<h2>读者意见</h2><p>读者对回答的评价，新的在前。</p>"
_WANTED_HEADING = "<h2>没有找到答案的问题</h2><p>读者想知道、公报里没有找到的，新的在前。</p>"
_AT_ONCE = {"api_visibility": "private", "show_progress": "hidden", "queue": False}


def build_opinions(gr: Any, memory: Memory, tab: Any) -> None:
    """Lay out the panel in the tab that is open, and fill it whenever the tab is opened."""
    with gr.Column(elem_id="opinions"):
        with gr.Row(elem_classes="issue-bar"):
            gr.HTML(_HEADING, apply_default_css=False)
            votes_csv = gr.Button("下载 CSV", size="sm", scale=0, min_width=110, elem_id="votes-csv")
        votes = gr.HTML("", elem_id="votes", apply_default_css=False)
        with gr.Row(elem_classes="issue-bar"):
            gr.HTML(_WANTED_HEADING, apply_default_css=False)
            wanted_csv = gr.Button("下载 CSV", size="sm", scale=0, min_width=110, elem_id="wanted-csv")
        wanted = gr.HTML("", elem_id="wanted", apply_default_css=False)
        refresh = gr.Button("刷新", size="sm", elem_id="refresh-opinions")
        saved = gr.Textbox("", visible="hidden")
    ledger = memory.ledger

    def show() -> tuple[str, str]:
        try:
            said = [(one, memory.shown_time(one.time)) for one in ledger.votes(limit=_SHOWN)]
            asked = [(one, memory.shown_time(one.time)) for one in ledger.unanswered(limit=_SHOWN)]
        except BulletinError as error:
            return trouble(f"读者意见暂时读不了：{error}"), ""
        return votes_html(said), unanswered_html(asked)

    def save_votes() -> str:
        try:
            rows = [vote_row(one) for one in ledger.votes()]
        except BulletinError as error:
            raise gr.Error(str(error), print_exception=False) from error
        return _csv_file("读者意见", as_csv(rows, VOTE_COLUMNS), memory)

    def save_wanted() -> str:
        try:
            rows = [unanswered_row(one) for one in ledger.unanswered()]
        except BulletinError as error:
            raise gr.Error(str(error), print_exception=False) from error
        return _csv_file("没有找到答案的问题", as_csv(rows, UNANSWERED_COLUMNS), memory)

    gr.on([tab.select, refresh.click], show, None, [votes, wanted], **_AT_ONCE)
    for button, save in ((votes_csv, save_votes), (wanted_csv, save_wanted)):
        button.click(save, None, saved, **_AT_ONCE).then(None, saved, saved, js=SAVE, **_AT_ONCE)


def _csv_file(what: str, text: str, memory: Memory) -> str:
    return as_text(file(csv_name(what, memory.now()), "text/csv", text.encode("utf-8", "replace")))
