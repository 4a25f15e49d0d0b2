"""The words of the page, in Chinese and in English.

The browser's language chooses. Gradio's own parts take a word by its key (`labels`); pieces of HTML carry both, and
`page.css` shows the one that the page's `lang` asks for, so that what is stored or sent is the same for every reader.
What the bulletin says stays as printed.
"""

from __future__ import annotations

import html
from typing import Any

_WORDS = {
    "all_issues": ("全部期数", "All issues"),
    "all_sections": ("全部栏目", "All sections"),
    "answer": ("回答", "Answer"),
    "ask": ("提问", "Ask"),
    "ask_anything": ("问一问公报里的人和事", "Ask about the people and events in the bulletin"),
    "ask_tab": ("问公报", "Ask"),
    "back": ("← 返回", "← Back"),
    "browse_tab": ("翻阅", "Browse"),
    "conversation": ("对话", "Conversation"),
    "copy": ("复制", "Copy"),
    "dark": ("深色", "Dark"),
    "edit": ("修改", "Edit"),
    "empty_evidence": ("提问之后，答案所在的文章会显示在这里。", "The articles behind an answer will stand here."),
    "evidence": ("答案出处", "Sources"),
    "filters": ("只在这些期数、日期、栏目里找", "Look only in these issues, dates and sections"),
    "issue": ("期数", "Issue"),
    "large": ("大字", "Large type"),
    "look": ("查找", "Find"),
    "look_hint": ("人名、地名或事情", "A person, a place or an event"),
    "motto": ("照原文回答，句句有出处", "Answers in the bulletin's own words, each with its source"),
    "nearest": ("内容最接近的文章", "Nearest articles"),
    "newsroom_tab": ("编辑部", "Newsroom"),
    "no_articles": ("没有可以显示的文章。", "There is no article to show."),
    "question": ("问题", "Question"),
    "question_hint": ("请写下问题，按回车提问", "Write a question and press Enter"),
    "retry": ("重新回答", "Answer again"),
    "section": ("栏目", "Section"),
    "since": ("从（日期）", "From (date)"),
    "since_hint": ("如 2021-08-02", "e.g. 2021-08-02"),
    "stop": ("停止", "Stop"),
    "suggestions": ("还可以问", "You can also ask"),
    "undo": ("撤回", "Take back"),
    "until": ("到（日期）", "Until (date)"),
    "until_hint": ("如 2022-06-17", "e.g. 2022-06-17"),
    "words_match": ("字词相合", "same words"),
    "meaning_matches": ("意思相近", "close in meaning"),
    "why_found": ("找到的理由", "Found by"),
}


def labels(gr: Any) -> Any:
    """The words as a gr.I18n: call it with a key for a label, and give it to `launch`."""
    chinese = {key: chinese for key, (chinese, _) in _WORDS.items()}
    english = {key: english for key, (_, english) in _WORDS.items()}
    return gr.I18n(**{"en": english, "zh": chinese, "zh-CN": chinese, "zh-TW": chinese})


def both(key: str) -> str:
    """A word as HTML, in both languages."""
    chinese, english = (html.escape(word) for word in _WORDS[key])
    return f'<span class="zh">{chinese}</span><span class="en" lang="en">{english}</span>'


def chinese(key: str) -> str:
    """A word in Chinese, for where only one language can stand."""
    return _WORDS[key][0]
