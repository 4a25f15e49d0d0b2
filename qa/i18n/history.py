"""Words for what users leave behind, in their drawer and beside answers: (Chinese, English, English for one).

LABELS are what gradio's parts say, SAID is what HTML says (see `qa/i18n/__init__.py`).
"""

from __future__ import annotations

LABELS: dict[str, tuple[str, ...]] = {
    "add_word": ("附上", "Add"),
    "delete": ("删除", "Delete"),
    "delete_all": ("全部删除", "Delete all"),
    "delete_now": ("确认删除", "Yes, delete"),
    "export_markdown": ("导出 Markdown", "Export Markdown"),
    "export_word": ("导出 Word", "Export Word"),
    "kept": ("我的对话", "My conversations"),
    "kept_look": ("在我的对话里查找", "Search my conversations"),
    "kept_name": ("这段对话的名字", "Name of this conversation"),
    "new_conversation": ("＋ 新对话", "＋ New conversation"),
    "no_word": ("不用了", "No, thanks"),
    "not_deleted": ("不删", "Keep it"),
    "rename": ("改名", "Rename"),
    "word": ("意见", "Remark"),
    "word_hint": ("已记下。哪里好，哪里不对？", "Noted. What was good or wrong?"),
}

SAID: dict[str, tuple[str, ...]] = {
    "delete_warning": (
        "删除“{name}”？删除后找不回来。",
        "Delete “{name}”? It cannot be brought back.",
    ),
    "delete_all_warning": (
        "删除这个浏览器的全部对话，连同评过的意见？删除后找不回来。",
        "Delete all conversations of this browser, and your votes and remarks? They cannot be brought back.",
    ),
    "deleted": ("已删除。", "Deleted."),
    # A conversation as a file.
    "export_exported": ("{headline} · 导出于 {time}", "{headline} · exported {time}"),
    "export_nearest": (
        "以下只是内容最接近的文章，不是出处：",
        "These are only the articles that come nearest, not sources:",
    ),
    "export_question": ("问：{question}", "Question: {question}"),
    "export_sources": ("出处", "Sources"),
    "kept_found": ("找到 {n} 处", "{n} found", "{n} found"),
    "kept_found_nothing": ("我的对话里没有“{words}”。", "Nothing in my conversations has “{words}”."),
    "kept_nothing": (
        "还没有对话。提问之后，对话会自动保存在这里。",
        "There is no conversation yet. What you ask will be kept here by itself.",
    ),
    "kept_questions": ("{n} 问", "{n} questions", "{n} question"),
    "not_done": ("没有办成，请稍后再试。", "That could not be done. Please try again later."),
    "not_opened": ("这段对话打不开了。", "This conversation can no longer be opened."),
    "not_noted": ("没有记下，请稍后再试。", "That could not be noted. Please try again later."),
    "renamed": ("已改名。", "Renamed."),
    # Sharing.
    "share": ("分享", "Share"),
    "share_address": ("只读地址", "Read-only address"),
    "share_all": ("分享这段对话", "Share this conversation"),
    "share_close": ("好", "Done"),
    "share_revoke": ("收回", "Take back"),
    "share_revoked": ("已收回，那个地址什么也不显示了。", "Taken back; that address shows nothing any more."),
    "shared_about": (
        "一位读者在 {time} 分享的问答，照当时的样子（资料库 {generation}）。只能看，不能改。",
        "Shared by a user at {time}, as it stood then (archive {generation}). It can only be read.",
    ),
    "shared_answer": (
        "这一问一答有了只读地址，谁拿到都能看；别的问题看不到。随时可以收回。",
        "This answer has a read-only address: whoever has it can read this answer and nothing else. It can be "
        "taken back.",
    ),
    "shared_changed": ("这篇文章后来更正过。", "This article was corrected since."),
    "shared_conversation": (
        "这段对话有了只读地址，谁拿到都能看到它的每一问；别的对话看不到。随时可以收回。",
        "This conversation has a read-only address: whoever has it can read all of it and nothing else. It can be "
        "taken back.",
    ),
    "shared_gone": (
        "这个地址没有内容：可能已经收回，或者过期了。",
        "There is nothing at this address: it was taken back, or is too old.",
    ),
    "shared_heading": ("分享的问答", "Shared answers"),
    "shares": ("我分享的", "What I share"),
    "thanks": ("谢谢，已转给编辑部。", "Thank you; it has gone to the newsroom."),
    "voted_bad": ("已踩", "Disliked"),
    "voted_good": ("已赞", "Liked"),
}
