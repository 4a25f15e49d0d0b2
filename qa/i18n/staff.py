"""Words of the staff tab and of its login: (Chinese, English, English for one).

LABELS are what gradio's parts say, SAID is what HTML says (see `qa/i18n/__init__.py`).
"""

from __future__ import annotations

LABELS: dict[str, tuple[str, ...]] = {
    "abandon": ("放弃", "Discard"),
    "body": ("正文，一行一段", "Text, a paragraph a line"),
    "byline": ("署名（可空）", "Byline (may be empty)"),
    "confirm": ("确认入库", "Add to the archive"),
    "csv": ("下载 CSV", "Download CSV"),
    "date": ("日期", "Date"),
    "date_hint": ("随本期日期", "that of the issue"),
    "deck": ("副题（可空）", "Deck (may be empty)"),
    "enter": ("进入编辑部", "Enter"),
    "issue_date": ("出版日期", "Date of issue"),
    "issue_date_hint": ("日期不详", "date unknown"),
    "issue_name": ("期名", "Name of the issue"),
    "keep_article": ("收录这一篇", "Take this article in"),
    "keep_issue": ("收录这一期", "Take this issue in"),
    "kicker": ("肩题（可空）", "Kicker (may be empty)"),
    "leave": ("退出编辑部", "Leave the newsroom"),
    "next_article": ("下一篇", "Next article"),
    "not_withdrawn": ("不撤回", "Keep it"),
    "password": ("口令", "Password"),
    "person_name": ("名字（没有就空着）", "Name (empty if you have none)"),
    "proofread": ("正在校对", "Being proofread"),
    "refresh": ("刷新", "Refresh"),
    "restore": ("还原", "Restore"),
    "save": ("保存更正", "Save the correction"),
    "save_issue": ("保存期名和日期", "Save name and date"),
    "title": ("标题", "Title"),
    "which_issue": ("期", "Issue"),
    "withdraw": ("撤回这一期", "Withdraw this issue"),
    "withdraw_now": ("确认撤回", "Yes, withdraw"),
}

SAID: dict[str, tuple[str, ...]] = {
    # The door.
    "door": ("编辑部", "Newsroom"),
    "door_about": (
        "这里可以投递、更正和撤回。请输入编辑部的口令。",
        "Here issues are added, corrected and withdrawn. Please give the password of the newsroom.",
    ),
    "door_closed": (
        "编辑部不对这个页面开放，或口令已经过期。请刷新页面，重新输入口令。",
        "The newsroom is not open to this page, or the password has expired. Reload the page and give it again.",
    ),
    "server_gone": ("连不上服务器，请再试一次。", "The server cannot be reached. Please try again."),
    # What arrives.
    "arrival": ("投递新一期", "Add an issue"),
    "arrival_about": (
        "把文件拖到这里，先校对，再入库。可读：文本、Markdown、JSON、网页、Word、PDF、OFD、Excel 和 CSV 表格、"
        "PowerPoint、电子书、邮件、扫描图片，以及装着它们的压缩包；一期有好几张图片的，请打包成一个 ZIP。",
        "Drop files here, proofread them, then add them. Read are text, Markdown, JSON, web pages, Word, PDF, OFD, "
        "tables of Excel and CSV, PowerPoint, e-books, mails, scanned pictures, and archives of these; pack the "
        "pictures of one issue into one ZIP file.",
    ),
    "article_of": ("第 {at}/{n} 篇", "Article {at} of {n}"),
    "article_fault": ("第 {at} 篇：{fault}", "Article {at}: {fault}"),
    "changed": ("已改", "changed"),
    "held_already": (
        "已经入库：{issue}。要改它，请到“已入库的期”。",
        "is in the archive already: {issue}. To change it, go to “Issues in the archive”.",
    ),
    "held_twice": ("与同时投递的另一个文件内容相同。", "has the same content as another file that was dropped."),
    "left_out": ("没有读成的 {n} 个文件：", "{n} files that could not be read:", "{n} file that could not be read:"),
    "not_kept": ("未收录", "left out"),
    "nothing_kept": (
        "一篇也没有收录。请勾选要收录的文章，或按“放弃”。",
        "No article is to be taken in. Tick those that are, or press “Discard”.",
    ),
    "nothing_taken_in": ("没有入库任何文章。", "No article was added to the archive."),
    "page": ("第 {page} 版", "page {page}"),
    "photo": ("图片说明", "caption"),
    "reading": ("正在读取……", "Reading …"),
    "reading_file": ("正在读取第 {at}/{n} 个文件：{name}", "Reading file {at} of {n}: {name}"),
    "taken_in": (
        "已入库：{n} 篇，用时 {seconds:.1f} 秒。现在就可以提问。",
        "Added: {n} articles, in {seconds:.1f} seconds. They can be asked about now.",
        "Added: {n} article, in {seconds:.1f} seconds. It can be asked about now.",
    ),
    "taking_in": ("正在入库……", "Adding to the archive …"),
    "taking_in_article": ("正在入库：第 {at}/{n} 篇", "Adding article {at} of {n}"),
    "time_left": ("，还要约 {n} 分钟", ", about {n} min left"),
    # What is in the archive.
    "archive_busy": (
        "资料库正被另一个任务写入，等它写完……",
        "Another task is writing to the archive; waiting for it …",
    ),
    "choose_files": ("点击选择文件，或把文件拖到这里", "Click to choose files, or drop them here"),
    "choose_issue": ("选择一期", "Choose an issue"),
    "corrected": ("已保存更正，用时 {seconds:.1f} 秒。", "The correction was saved, in {seconds:.1f} seconds."),
    "not_made": ("没有做成：{reason}", "That was not done: {reason}"),
    "shelf": ("已入库的期", "Issues in the archive"),
    "shelf_about": (
        "改正标题、署名、日期和误读的段落，或撤回一期。原文件不会改动。",
        "Correct titles, bylines, dates and misread paragraphs, or withdraw an issue. The source file stays as it is.",
    ),
    "unchanged": ("没有改动，不必保存。", "Nothing has changed; there is nothing to save."),
    "unexpected": (
        "出了意料之外的错误，没有做成。请再试一次；仍然不行时，请告诉管理员。",
        "Something unexpected went wrong, and nothing was done. Please try again; if it still fails, tell the "
        "administrator.",
    ),
    "unsaved": (
        "这一篇的改动还没有保存。请先按“保存更正”，或按“还原”。",
        "The changes of this article are not saved. Press “Save the correction” first, or “Restore”.",
    ),
    "withdrawal": (
        "撤回后，{issue} 的 {n} 篇文章就查不到了，打开着的页面也不再显示。",
        "Once withdrawn, the {n} articles of {issue} are found no more, and open pages show them no longer.",
        "Once withdrawn, the article of {issue} is found no more, and open pages show it no longer.",
    ),
    "withdrawn": (
        "已撤回：{issue}，共 {n} 篇。要恢复，重新投递即可。",
        "Withdrawn: {issue}, {n} articles. To have them back, add the issue again.",
        "Withdrawn: {issue}, {n} article. To have it back, add the issue again.",
    ),
    "writing": ("正在写入资料库……", "Writing to the archive …"),
    # What users left behind.
    "asked_times": ("次数", "Times"),
    "asked_last": ("最近一次", "Last"),
    "asked_question": ("问题", "Question"),
    "not_answered": ("没有找到答案", "no answer was found"),
    "opinions": ("读者意见", "Users' opinions"),
    "opinions_about": ("读者对回答的评价，新的在前。", "What users say of answers, the newest first."),
    "opinions_nothing": ("还没有读者留下意见。", "No user has left an opinion yet."),
    "opinions_trouble": (
        "读者意见暂时读不了：{reason}",
        "The opinions of users cannot be read at the moment: {reason}",
    ),
    "sources": ("出处：", "Sources: "),
    "useful": ("有用", "Useful"),
    "useless": ("没用", "Not useful"),
    "vote_asked": ("问：", "Asked: "),
    "wanted": ("没有找到答案的问题", "Questions without an answer"),
    "wanted_about": (
        "读者想知道、公报里没有找到的，新的在前。",
        "What users wanted to know and the bulletin does not say, the newest first.",
    ),
    "wanted_nothing": ("还没有。", "None yet."),
}
