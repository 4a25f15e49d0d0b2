"""Words for what a newsroom fixes itself, and for what it is told of its users: (Chinese, English, English for one).

LABELS are what gradio's parts say, SAID is what HTML says (see `qa/i18n/__init__.py`).
"""

from __future__ import annotations

LABELS: dict[str, tuple[str, ...]] = {
    "asked_month": ("近三十天", "30 days"),
    "asked_week": ("近七天", "7 days"),
    "declined_notice": ("改为显示的话（可空）", "What is shown instead (may be empty)"),
    "declined_save": ("保存这些词", "Save these words"),
    "declined_words": ("不回答的词，一行一个", "Words that are not answered, one a line"),
    "standard_answer": ("回答", "Answer"),
    "standard_csv": ("下载 CSV", "Download CSV"),
    "standard_import": ("导入 CSV", "Import CSV"),
    "standard_new": ("新建", "New"),
    "standard_question": ("问题", "Question"),
    "standard_remove": ("删除这一条", "Delete this one"),
    "standard_save": ("保存标准答复", "Save the standard answer"),
    "standard_source": ("来源（可空）", "Source (may be empty)"),
    "standard_until": ("有效到（可空）", "Holds until (may be empty)"),
    "standard_until_hint": ("一直有效", "always"),
    "standard_variants": ("其他问法，一行一个", "Other wordings, one a line"),
}

SAID: dict[str, tuple[str, ...]] = {
    # The log of changes.
    "log_answer": ("改了标准答复：{name}", "Standard answer changed: {name}"),
    "log_answer_gone": ("删了标准答复：{name}", "Standard answer deleted: {name}"),
    "log_answer_new": ("新增标准答复：{name}", "Standard answer added: {name}"),
    "log_article": ("更正了文章：{name}", "Article corrected: {name}"),
    "log_declined": ("改了不回答的词", "Words that are not answered changed"),
    "log_done": ("已撤销。", "It was undone."),
    "log_heading": ("改动记录", "What was changed"),
    "log_heading_about": (
        "谁在什么时候改了什么。管理员可以撤销；后来又改过的，先撤销后来的。",
        "Who changed what, and when. Administrators can undo a change; what was changed again since is undone first.",
    ),
    "log_issue": ("改了期名或日期：{name}", "Name or date of an issue changed: {name}"),
    "log_more": ("，另有 {n} 项", ", and {n} more"),
    "log_nothing": ("还没有改动。", "Nothing was changed yet."),
    "log_notice": ("改了不回答时显示的话", "Notice instead of an answer changed"),
    "log_taken_in": ("入库：{name}", "Issue added: {name}"),
    "log_time": ("时间", "Time"),
    "log_undo": ("撤销", "Undo"),
    "log_undo_named": ("撤销第 {n} 号改动", "Undo change {n}"),
    "log_undoes": ("撤销：", "Undone: "),
    "log_undone": ("（已撤销）", " (undone)"),
    "log_what": ("改动", "Change"),
    "log_who": ("谁", "Who"),
    "log_withdrawn": ("撤回：{name}", "Issue withdrawn: {name}"),
    # In answers.
    "newsroom_declines": (
        "编辑部不在这里回答这一类问题。",
        "The newsroom does not answer such questions here.",
    ),
    "newsroom_no_articles": (
        "这是编辑部自己的答复，不是从公报里找到的，所以没有引用文章。",
        "This is the newsroom's own word and was not found in the bulletin, so that it cites no article.",
    ),
    "newsroom_said": ("这是编辑部的答复，不是公报里的话。", "The newsroom's own word, not the bulletin's. "),
    "newsroom_source": ("来源：{source}。", "Source: {source}. "),
    "newsroom_until": ("有效到{day}。", "It holds until {day}. "),
    "newsroom_word": ("编辑部答复", "The newsroom's answer"),
    # What users ask.
    "asked_about": (
        "{first} 至 {last}：问了 {n} 次，{unanswered} 次没有找到答案。意思相近的放在一起，没有答上的在前。",
        "{first} to {last}: {n} questions, {unanswered} without an answer. Those of like meaning stand together, the "
        "unanswered first.",
    ),
    "asked_answered": ("找到答案", "answered"),
    "asked_chart": (
        "{first} 至 {last} 每天的提问：共 {n} 次，{unanswered} 次没有找到答案",
        "Questions by day, {first} to {last}: {n} in all, {unanswered} without an answer",
    ),
    "asked_good_bad": ("有用 {good}，没用 {bad}", "{good} useful, {bad} not"),
    "asked_heading": ("读者在问什么", "What users ask"),
    "asked_heading_about": (
        "一周或一个月里问了什么、答上没有。只按天计数，不记是谁、几点问的。",
        "What was asked in a week or a month, and whether it was answered: counted by the day, without who asked, or "
        "when.",
    ),
    "asked_nothing": ("{first} 至 {last} 还没有人提问。", "Nobody asked anything from {first} to {last}."),
    "asked_share": ("答上多少", "Answered"),
    "asked_unanswered": ("没有答案", "unanswered"),
    "asked_votes": ("评价", "Votes"),
    # In the newsroom.
    "declined_heading": ("不回答的词", "Words that are not answered"),
    "declined_heading_about": (
        "问题里有这些词的，不查公报，只显示下面的话。留空就用页面自己的说法。",
        "A question with one of these words is not looked up; what stands below is shown instead, or the page's own "
        "words.",
    ),
    "declined_saved": ("已保存：{n} 个词。", "Saved: {n} words.", "Saved: {n} word."),
    "standard_expired": ("已过期", "expired"),
    "standard_heading": ("标准答复", "Standard answers"),
    "standard_heading_about": (
        "办公时间、电话、怎么订报……由编辑部写定的问题和回答。读者换个说法来问，也会得到它，并注明是编辑部的答复。",
        "Hours, telephone numbers, how to subscribe: questions whose answers the newsroom fixes. Who asks "
        "in other words gets them, too, marked as the newsroom's own.",
    ),
    "standard_imported": ("已导入 {n} 条。", "{n} were imported.", "{n} was imported."),
    "standard_nothing": ("还没有标准答复。", "There is no standard answer yet."),
    "standard_removed": ("已删除。", "It was deleted."),
    "standard_saved": ("已保存。现在就这样回答。", "Saved. It is answered so from now on."),
    "standard_until_day": ("到 {day}", "until {day}"),
    "standard_wordings": ("{n} 种问法", "{n} wordings", "{n} wording"),
}
