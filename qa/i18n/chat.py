"""Words of the chat tab, and those that every tab has: (Chinese, English, English for one).

LABELS are what gradio's parts say, SAID is what HTML says (see `qa/i18n/__init__.py`).
"""

from __future__ import annotations

LABELS: dict[str, tuple[str, ...]] = {
    "ask": ("提问", "Ask"),
    "ask_tab": ("问公报", "Ask"),
    "browse_tab": ("翻阅", "Browse"),
    "conversation": ("对话", "Conversation"),
    "filters": ("只在这些期数、日期、栏目里找", "Look only in these issues, dates and sections"),
    "issue": ("期数", "Issue"),
    "staff_tab": ("编辑部", "Newsroom"),
    "question": ("问题", "Question"),
    "question_hint": ("写下问题，按回车提问", "Write your question"),
    "section": ("栏目", "Section"),
    "since": ("从（日期）", "From (date)"),
    "since_hint": ("如 2021-08-02", "e.g. 2021-08-02"),
    "stop": ("停止", "Stop"),
    "until": ("到（日期）", "Until (date)"),
    "until_hint": ("如 2022-06-17", "e.g. 2022-06-17"),
}

SAID: dict[str, tuple[str, ...]] = {
    "all_issues": ("全部期数", "All issues"),
    "all_sections": ("全部栏目", "All sections"),
    "answer": ("回答", "Answer"),
    "ask_anything": ("问一问公报里的人和事", "Ask about the people and events in the bulletin"),
    "asked": ("提问", "Question"),
    "back": ("← 返回", "← Back"),
    "cancel": ("取消", "Cancel"),
    "close": ("关闭", "Close"),
    "connection_lost": (
        "和服务器的连接断开了，正在重连。写下的问题会留着，连上以后自动发出。",
        "The connection to the server was lost; it is being restored. What was asked is kept, and sent then.",
    ),
    "ask_marked": ("问这一段", "Ask about this"),
    "marked_asked": ("是怎么回事？", "What is this about?"),
    "speak": ("朗读", "Read aloud"),
    "speak_no_voice": ("这台设备上没有中文语音", "This device has no voice for this"),
    "speak_stop": ("停止朗读", "Stop reading"),
    "ask_marked_hint": ("想知道什么？空着就问它是怎么回事", "What about it? Empty asks what it is about"),
    "copy": ("复制", "Copy"),
    "copy_all": ("复制整段对话", "Copy the conversation"),
    "dark": ("深色", "Dark"),
    "edit": ("修改", "Edit"),
    "empty_evidence": ("提问之后，答案所在的文章会显示在这里。", "The articles behind an answer will stand here."),
    "evidence": ("答案出处", "Sources"),
    "for_programs": ("给其他程序", "For other programs"),
    "large": ("大字", "Large type"),
    "further": ("其他相近的文章（{n} 篇）", "Other articles that come near ({n})"),
    "further_alone": ("不一定相关的文章（{n} 篇）", "Articles that may be on something else ({n})"),
    "meaning_matches": ("说的是相近的事", "On something close to what was asked"),
    "motto": ("照原文回答，句句有出处", "Answers in the bulletin's own words, each with its source"),
    "nearest": ("内容最接近的文章", "Nearest articles"),
    "no_articles": ("没有可以显示的文章。", "There is no article to show."),
    "print": ("打印", "Print"),
    "retry": ("重新回答", "Answer again"),
    "save_question": ("保存", "Save"),
    "suggestions": ("还可以问", "You can also ask"),
    "timeline_heading": ("按时间看（{n:,} 篇）", "By time ({n:,} articles)", "By time ({n} article)"),
    "trouble_title": ("出了点问题", "Something went wrong"),
    "undo": ("撤回", "Take back"),
    "words_match": ("也写到：", "Also speaks of: "),
    # What stands in place of an answer, and what the user should know of how the question was taken. The
    # English of the latter ends with a space: several may follow each other.
    "lost": (
        "没有等到回答：连接断开了。请再问一次。",
        "The answer never came: the connection was lost. Please ask again.",
    ),
    "narrowed": ("“{words}”按{label}查找。", "“{words}” was taken as {label}. "),
    "not_understood": (
        "这个问题没有看懂，请换个说法再问。",
        "The question was not understood; please put it in other words.",
    ),
    "only_times": ("✕ 只看{label}（点此不限时间再找）", "✕ Only {label} (click to search all times)"),
    "printed_means": ("文中“{printed}”即{days}", "“{printed}” in it is {days}"),
    "respelled": ("“{typed}”按“{printed}”", "“{typed}” was taken as “{printed}”"),
    "respelled_all": ("{said}查找。", "{said}. "),
    "stopped": ("已停止，没有回答。", "Stopped; there is no answer."),
    "taken_as": ("按“{taken}”理解。", "Taken as “{taken}”. "),
    "unavailable": (
        "资料库暂时读不了，请稍后刷新页面再试；仍然不行时，请告诉管理员。",
        "The archive cannot be read at the moment. Please reload the page later and try again; if it still fails, "
        "tell the administrator.",
    ),
    "waiting": ("正在翻阅公报……", "Looking through the bulletins …"),
    "withdrawn_answer": (
        "这条回答引用的一期已被撤回。",
        "An issue that this answer cites has been withdrawn.",
    ),
    # What is said of a language model, behind the above.
    "checking_sources": ("正在核对每句话的出处。", "The sources of every sentence are being checked. "),
    "not_written": ("{reason}，以上是原文摘录。", "{reason}; the above is quoted from the bulletin. "),
    "written_by": (
        "由语言模型（{name}）根据所引段落写成。",
        "Written by a language model ({name}) from the passages it cites. ",
    ),
    "titled": ("《{title}》", "“{title}”"),
    # Numbers and dates.
    "articles": ("{n:,} 篇文章", "{n:,} articles", "{n} article"),
    "day": ("{year}年{month}月{day}日", "{day} {month_name} {year}"),
    "days": ("{first}至{last}", "{first} to {last}"),
    "days_since": ("{day}以后", "since {day}"),
    "days_until": ("{day}以前", "until {day}"),
    "issues": ("{n:,} 期", "{n:,} issues", "{n} issue"),
    "issues_undated": (
        "{n:,} 期（{undated} 期日期不详）",
        "{n:,} issues ({undated} of unknown date)",
        "{n} issue (of unknown date)",
    ),
    "month": ("{year}年{month}月", "{month_name} {year}"),
    "month_alone": ("{month}月", "{month_name}"),
    "unknown_date": ("日期不详", "date unknown"),
    "untitled": ("（无题）", "(untitled)"),
    "year": ("{year}年", "{year}"),
    # Why a question or a search cannot be taken as it stands.
    "issue_typed": (
        "列出最新的 {n} 期，更早的请输入期名或日期",
        "The newest {n} are listed; type the name or day of an earlier one",
    ),
    "no_such_issue": (
        "没有叫“{name}”的一期，也没有这一天的。请写期名或日期，如 2021-08-02。",
        "No issue is called “{name}”, and none is of that day. Write its name, or its day, like 2021-08-02.",
    ),
    "which_of_issues": (
        "“{name}”可以指 {n:,} 期：{names}{more}。请写全期名。",
        "“{name}” fits {n:,} issues: {names}{more}. Please write the whole name of one.",
    ),
    "bad_date": (
        "“{text}”不是日期。请写成 2021-08-02 或 2021年8月2日，也可以留空。",
        "“{text}” is no date. Write it like 2021-08-02, or leave it empty.",
    ),
    "dates_crossed": (
        "起始日期 {first} 晚于截止日期 {last}，请对调一下。",
        "The first date, {first}, is later than the last, {last}. Please exchange them.",
    ),
    "question_missing": ("请先写下问题。", "Please write a question first."),
    "question_too_long": (
        "问题太长了：{n} 个字，最多 {most} 个字。请说得短一些。",
        "The question is too long: {n} characters of at most {most}. Please put it more briefly.",
    ),
}
