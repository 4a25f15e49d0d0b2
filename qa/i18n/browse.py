"""Words of the browse tab, and of the reading view wherever it stands: (Chinese, English, English for one).

LABELS are what gradio's parts say, SAID is what HTML says (see `qa/i18n/__init__.py`).
"""

from __future__ import annotations

LABELS: dict[str, tuple[str, ...]] = {
    "look": ("查找", "Find"),
    "look_hint": ("人名、地名或事情", "Person, place, event"),
}

SAID: dict[str, tuple[str, ...]] = {
    # Lists of issues and headlines.
    "catalogue": ("各期公报", "All issues"),
    "catalogue_back": ("← 各期公报", "← All issues"),
    "catalogue_empty": ("资料库里还没有公报。", "There is no bulletin in the archive yet."),
    "catalogue_size": ("共 {n:,} 期", "{n:,} issues in all", "{n} issue in all"),
    "issues_newer": ("‹ 较新的 {n} 期", "‹ Newer {n}"),
    "issues_older": ("较早的 {n} 期 ›", "Older {n} ›"),
    "jump_month": ("按月份查看", "Go to a month"),
    "jump_year": ("按年份查看", "Go to a year"),
    "no_section": ("未分栏目", "Without a section"),
    "of_issue": ("{n:,} 篇", "{n:,} articles", "{n} article"),
    "part_after": ("后 {n} 条 ›", "Next {n} ›"),
    "part_before": ("‹ 前 {n} 条", "‹ Previous {n}"),
    "parts": ("翻页", "Pages of the list"),
    "several_found": ("这个地址对应 {n} 篇文章", "This address fits {n} articles"),
    # Searching.
    "ask_for_something": (
        "请写下要找的词，或者选定期数、日期、栏目。",
        "Please write what to look for, or choose an issue, a date or a section.",
    ),
    "found": ("原文提到的有 {articles}，{issues}。", "The text mentions it in {articles} of {issues}."),
    "found_in_filters": ("选定范围内的文章", "Articles within the filters"),
    "found_nothing": ("没有文章一字不差地提到它。", "No article mentions it in these very words."),
    "found_only_near": (
        "没有文章一字不差地提到它。下面是内容最接近的段落。",
        "No article mentions it in these very words. Below are the passages nearest to it.",
    ),
    "found_size": ("{articles}，{issues}", "{articles} of {issues}"),
    "looked_for": ("查找“{words}”", "Search for “{words}”"),
    "mentions": ("逐篇列出（{n:,} 篇）", "Every article ({n:,})"),
    "nearest_passages": ("最接近的段落", "Nearest passages"),
    "relevant_passages": ("最相关的段落", "Most relevant passages"),
    "searching": ("正在查找……", "Searching …"),
    "trouble": (
        "资料库暂时读不了，请稍后再试；仍然不行时，请告诉管理员。",
        "The archive cannot be read at the moment. Please try again later; if it still fails, tell the administrator.",
    ),
    # The reading view.
    "address": ("本文地址", "Address of this article"),
    "article_after": ("下一篇 ›", "Next ›"),
    "article_before": ("‹ 上一篇", "‹ Previous"),
    "choose_article": ("选一篇文章，全文会显示在这里。", "Choose an article; its full text will stand here."),
    "copied": ("已复制", "Copied"),
    "copy_address": ("复制地址", "Copy address"),
    "copy_by_hand": (
        "已选中，请按 Ctrl+C（苹果电脑按 ⌘C）复制",
        "Selected; press Ctrl+C (⌘C on a Mac) to copy it",
    ),
    "neighbours": ("本期前后文章", "Articles before and after"),
    "not_clipped": (
        "原文件不在原处，或者在入库之后变过，不能显示原版。",
        "The source file has moved or has changed since it was indexed, so the printed page cannot be shown.",
    ),
    "not_found": (
        "没有找到这个地址的文章。它可能已被撤回，或者地址不完整；请核对地址，或用“查找”另找。",
        "There is no article at this address. It may have been withdrawn, or the address is not complete; "
        "please check it, or use Find.",
    ),
    "not_printed": ("原版没有打开，请再试一次。", "The printed page did not open. Please try again."),
    "others": ("本期文章：{name}", "Articles of this issue: {name}"),
    "others_left_out": ("前后另有 {n:,} 篇未列出", "{n:,} more before and after are not listed"),
    "printed": ("看原版", "See the printed page"),
    "printed_boxed": ("原版第 {page} 页，框出的是这一段", "Printed page {page}; the frame marks the passage"),
    "printed_opening": ("正在打开原版……", "Opening the printed page …"),
    "printed_page": ("原版第 {page} 页", "Printed page {page}"),
    # Similar articles.
    "similar": ("相关报道", "Related reports"),
    "similar_copies": (
        "另有 {n} 篇文字相近",
        "{n} more in nearly the same words",
    ),
    "similar_earlier": ("此前报道", "Earlier reports"),
    "similar_later": ("后续报道", "Later reports"),
    "similar_own_copies": (
        "另有 {n} 篇与本文文字相近",
        "{n} more have nearly the words of this article",
        "{n} more has nearly the words of this article",
    ),
    "similar_same": ("同期、同题报道", "On the same matter"),
    # Front pages.
    "front_captions": ("图片", "Pictures"),
    "front_issue_after": ("下一期 ›", "Next issue ›"),
    "front_issue_before": ("‹ 上一期", "‹ Previous issue"),
    "front_left_out": ("另有 {n:,} 篇，见目录", "{n:,} more are in the list", "{n} more is in the list"),
    "front_month": ("前一个月", "The month before"),
    "front_sheet": ("看原版头版", "See the printed front page"),
    "front_ways": ("别的日子", "Other days"),
    "front_week": ("前一周", "The week before"),
    # Topics.
    "topic_bodies": ("机构", "Bodies"),
    "topic_kind_body": ("机构专题", "Topic: a body"),
    "topic_kind_person": ("人物专题", "Topic: a person"),
    "topic_kind_place": ("地方专题", "Topic: a place"),
    "topic_kind_story": ("专题", "Topic"),
    "topic_named": ("一同提到的", "Named beside it"),
    "topic_none": ("没有文章提到“{name}”。", "No article speaks of “{name}”."),
    "topic_numbers": ("相关数字", "Numbers"),
    "topic_open": ("专题：{name}", "Topic: {name}"),
    "topic_pages": ("相关专题", "Topics"),
    "topic_people": ("人物", "People"),
    "topic_places": ("地方", "Places"),
    "topic_sentences": ("要点", "What was said of it"),
    "topic_shared": ("都提到", "Named beside all"),
    # While something is typed.
    "typed_found": ("有 {n} 条建议，按上下键选择", "{n} suggestions; choose with the arrow keys"),
    "typed_name": ("专题", "Topic"),
    "typed_offered": ("建议", "Suggestions"),
    "typed_question": ("问过", "Asked before"),
    "typed_section": ("栏目", "Section"),
    "typed_title": ("文章", "Article"),
    # What the archive holds.
    "bytes": ("{n} 字节", "{n} bytes"),
    "facts": ("关于资料库", "About the archive"),
    "facts_articles": ("文章", "Articles"),
    "facts_chunks": ("检索段落", "Chunks"),
    "facts_dates": ("日期", "Dates"),
    "facts_issues": ("期数", "Issues"),
    "facts_model": ("模型", "Model"),
    "facts_size": ("占用空间", "Size on disk"),
    "held_articles": ("{n:,} 篇，{characters:,} 字", "{n:,}, of {characters:,} characters"),
    "held_chunks": ("{n:,} 段", "{n:,}"),
    "held_chunks_cut": ("{n:,} 段，每段至多 {most} 字", "{n:,}, of at most {most} characters each"),
    "held_model": ("{model}（{dimension} 维）", "{model} ({dimension} dimensions)"),
    "held_since": ("{first} 至 {last}", "{first} to {last}"),
}
