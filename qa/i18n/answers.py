"""Words around what the bulletin says, and of refusals: (Chinese, English, English for one).

An answer in other words needs its phrase here and a function in `qa/answering/render.py`. Which language is shown is
for the page to choose, or for the question where there is no page (`in_language_of`).
"""

from __future__ import annotations

LABELS: dict[str, tuple[str, ...]] = {}

SAID: dict[str, tuple[str, ...]] = {
    # Refusals. `nearest` is "told_instead", "nearest_articles", both, or "nothing_near".
    "answer_not_found": (
        "公报里没有找到“{asked}”的答案。{nearest}",
        "The bulletin does not answer “{asked}”. {nearest}",
    ),
    "archive_holds_nothing": ("资料库里还没有文章。", "There is no article in the archive yet."),
    "nearest_articles": ("内容最接近的文章：{titles}。", "The nearest articles: {titles}."),
    "nothing_near": (
        "也没有相近的文章，可以换个说法再问。",
        "No article is near it either. Other words may find more.",
    ),
    "told_instead": (
        "{where}写到“{said}”，没有写所问的{what}。",
        "{where} says “{said}”, and not the {what} that is asked for. ",
    ),
    "told_in_doubt": (
        "最接近的是{where}里的“{said}”，不能确定答的就是这个问题。",
        "What comes nearest is in {where}: “{said}”; whether it answers the question is not certain. ",
    ),
    "an_article": ("最接近的文章", "The nearest article"),
    "asked_year": ("年份", "year"),
    "asked_hour": ("钟点", "hour"),
    "asked_day": ("日期", "day"),
    "asked_time": ("时间", "time"),
    "asked_age": ("年龄", "age"),
    "asked_sum": ("金额", "sum"),
    "asked_span": ("时长", "length of time"),
    "asked_number": ("数目", "number"),
    "asked_person": ("人", "person"),
    "asked_body": ("单位", "organisation"),
    "asked_place": ("地点", "place"),
    "asked_reason": ("原因", "reason"),
    "asked_way": ("做法", "way"),
    "asked_thing": ("内容", "fact"),
    "nothing_left": (
        "所选期数、日期或栏目内没有文章，请放宽筛选条件再问。",
        "There is no article in the chosen issues, dates or sections. Please widen the filters and ask again.",
    ),
    "nothing_more": (
        "除了上面说的，公报里没有找到别的。",
        "The bulletin says nothing else of it.",
    ),
    "nothing_then": (
        "公报里没有找到{label}（“{words}”）的文章。{nearest}",
        "There is no article of {label} (“{words}”). {nearest}",
    ),
    "nothing_then_but": ("不限时间，{nearest}", "At other times: {nearest}"),
    # What a conversation is about, for a program that asks.
    "asked_so_far": ("问过：{questions}", "Asked so far: {questions}"),
    # Answers of several issues or times.
    "told_on": ("{day}的说法：{short}[{number}]", "On {day}: {short}[{number}]"),
    "told_with_day": ("{said}（{label}）", "{said} ({label})"),
    "compared": ("{label}：{said}[{number}]", "{label}: {said}[{number}]"),
    "compared_not_found": ("{label}：没有找到“{topic}”的答案。", "{label}: no answer to “{topic}” was found."),
    # What is said of the issues meant, amid a count: its place differs between the languages.
    "within": ("{label}", " ({label})"),
    # Answers put together from several articles or parts.
    "overview_head": (
        "{within}有{n}篇文章提到“{topic}”：",
        "{n} articles{within} speak of “{topic}”:",
        "{n} article{within} speaks of “{topic}”:",
    ),
    "course_head": (
        "{within}“{topic}”从先到后，有{n}篇报道：",
        "“{topic}” from first to last, in {n} reports{within}:",
        "“{topic}” from first to last, in {n} report{within}:",
    ),
    "overview_line": ("{day}《{title}》：{quote}[{number}]", "{day}, “{title}”: {quote}[{number}]"),
    "overview_line_undated": ("《{title}》：{quote}[{number}]", "“{title}”: {quote}[{number}]"),
    "overview_more": ("另有{n}篇没有列出。", "{n} more are not listed.", "{n} more is not listed."),
    "overview_people": ("文中还提到的人：{names}。", "People named there: {names}."),
    "overview_numbers": ("文中的数字：{numbers}。", "Numbers given there: {numbers}."),
    "authored_head": (
        "{within}署名“{name}”的文章有{n}篇",
        "{n} articles{within} are signed “{name}”",
        "{n} article{within} is signed “{name}”",
    ),
    "authored_pictures": (
        "{within}署名“{name}”的图片有{n}幅",
        "{n} pictures{within} are signed “{name}”",
        "{n} picture{within} is signed “{name}”",
    ),
    "authored_both": ("{articles}，{pictures}：", "{articles}, {pictures}:"),
    "authored_one": ("{counted}：", "{counted}:"),
    "summary_head": ("《{title}》，{issue}：", "“{title}”, {issue}:"),
    # Counts, and what an issue holds.
    "count_issues": ("{within}共有{n}期：", "{n} issues{within}:", "{n} issue{within}:"),
    "count_issues_with": (
        "{within}有{n}期提到“{phrase}”：",
        "{n} issues{within} speak of “{phrase}”:",
        "{n} issue{within} speaks of “{phrase}”:",
    ),
    "count_articles": ("{within}共有{n}篇文章：", "{n} articles{within}:", "{n} article{within}:"),
    "count_articles_with": (
        "{within}有{n}篇文章提到“{phrase}”：",
        "{n} articles{within} speak of “{phrase}”:",
        "{n} article{within} speaks of “{phrase}”:",
    ),
    "count_none": ("{within}没有文章。", "There is no article{within}."),
    "count_none_with": ("{within}没有文章提到“{phrase}”。", "No article{within} speaks of “{phrase}”."),
    "count_more": ("……另有{n}条未列出", "… {n} more are not listed.", "… {n} more is not listed."),
    "headline": ("头条：", "The lead story:"),
    "headline_within": ("{within}的头条：", "The lead story{within}:"),
    "listed_article": ("《{title}》，{issue}[{number}]", "“{title}”, {issue}[{number}]"),
    "listed_issue": ("{issue}：《{title}》[{number}]", "{issue}: “{title}”[{number}]"),
    "listed_quote": ("《{title}》{quote}[{number}]", "“{title}” {quote}[{number}]"),
    "issue_dated": ("{name}（{day}）", "{name} ({day})"),
    "picture": ("图片", "picture"),
    # To several questions in one.
    "part": ("{part}：{said}", "{part}: {said}"),
    "overview_next": ("接着可以问：{questions}", "To ask next: {questions}"),
    "listed_title": ("《{title}》[{number}]", "“{title}”[{number}]"),
    "inventory_newest": (
        "最新一期是{issue}，有{n}篇文章：",
        "The newest issue is {issue}, with {n} articles:",
        "The newest issue is {issue}, with {n} article:",
    ),
    "inventory_oldest": (
        "最早的一期是{issue}，有{n}篇文章：",
        "The oldest issue is {issue}, with {n} articles:",
        "The oldest issue is {issue}, with {n} article:",
    ),
    "inventory_range": (
        "收录的公报从{oldest}[1]到{newest}，共有{issues}期、{articles}篇文章。",
        "The archive holds {issues} issues with {articles} articles, from {oldest}[1] to {newest}.",
    ),
    "inventory_sections": (
        "共有{n}个栏目：{sections}。[1]",
        "There are {n} sections: {sections}.[1]",
        "There is {n} section: {sections}.[1]",
    ),
    "part_missing": ("公报里没有找到。", "The bulletin does not say."),
    # To whether something is so, by what is asked (`Verb`).
    "yes_is": ("是。", "Yes. "),
    "no_is": ("不是。", "No. "),
    "yes_has": ("有。", "Yes. "),
    "no_has": ("没有。", "No. "),
    "yes_can": ("能。", "Yes. "),
    "no_can": ("不能。", "No. "),
    "yes_will": ("会。", "Yes. "),
    "no_will": ("不会。", "No. "),
    "yes_done": ("是的。", "Yes. "),
    "no_done": ("还没有。", "Not yet. "),
    "yes_past": ("是的。", "Yes. "),
    "no_past": ("没有。", "No. "),
    "yes_act": ("是的。", "Yes. "),
    "no_act": ("不是。", "No. "),
    "yes_did": ("是的。", "Yes. "),
    "no_did": ("没有。", "No. "),
    "unsettled": ("文中没有直接说，最接近的是：", "The text does not settle it; what comes closest: "),
    "filter_dropped": (
        "“{words}”（{label}）那些期里没有找到，改为不限时间查找。",
        "Nothing was found for “{words}” ({label}); all issues were searched. ",
    ),
    "question_cut": ("问题较长，按“{asked}”查找。", "The question is long; “{asked}” was searched for. "),
    "choice_of": ("{name}：", "{name}: "),
    # What a search prints, and an article without a title among sources.
    "search_nothing": ("没有找到文章。", "No article was found."),
    "caption": ("[图片说明]", "[caption]"),
    # Between things of the same rank; the two languages enumerate with different marks.
    "enumerates": ("、", ", "),
    # Behind a sentence of a language model that no passage bears out.
    "unsupported": ("〔原文未证实〕", " [not borne out by the bulletin]"),
    # Behind that mark: reports that were cited, and are about the matter without bearing the sentence out.
    "related": ("（相关报道：{titles}）", " (related: {titles})"),
    # Replies to what is no question to the bulletin, by `Reply`.
    "reply_unclear": (
        "抱歉没有说清楚。您可以点开出处看原文，也可以换个说法，写明想问的人、事、时间或地点。",
        "Sorry, that was not clear. You can open a source and read the article, or put the question in other words: "
        "say which person, event, time or place you mean.",
    ),
    "reply_wrong": (
        "抱歉，没有答对您的意思。请再写明白些：问的是哪个人、哪件事，想知道时间、地点、数字还是原因。",
        "Sorry, that was not what you meant. Please say more exactly which person or event you ask about, and whether "
        "you want to know a time, a place, a number or a reason.",
    ),
    "reply_chat": (
        "好的。想查公报里的什么人、什么事，直接问就行。",
        "All right. Just ask whenever you want to look up a person or an event in the bulletin.",
    ),
    "reply_no_question": (
        "这里只查公报里的内容。请写一个问题，或一个想了解的人名、地名、事情。",
        "Only the bulletin is looked up here. Please write a question, or the name of a person, a place or an event.",
    ),
    "reply_greeting": (
        "您好！请问您想查公报里的什么事？",
        "Hello! What would you like to look up in the bulletin?",
    ),
    "reply_thanks": (
        "不客气。还想查什么，接着问就行。",
        "You are welcome. If there is more to look up, just go on asking.",
    ),
    "reply_about": (
        "我是公报问答：只根据已入库的公报回答，给出原文那句话，并注明出自哪一期、哪一篇；公报里没有的，我会直说没有。"
        "您可以问人、事、时间、地点、数字，也可以按期数、日期和栏目筛选。",
        "I answer questions from the bulletins in this archive alone: with the sentence as it was printed, its issue "
        "and its article. What the bulletin does not say, I say so. You can ask about people, events, times, places "
        "and numbers, and narrow the search to issues, dates and sections.",
    ),
    "reply_order": (
        "我只根据公报的原文回答问题，不执行别的指令。请直接问您想在公报里查的事。",
        "I answer questions from the text of the bulletin and carry out no other orders. Please ask what you would "
        "like to look up in it.",
    ),
}
