"""What can go wrong with a file or an issue: a code each, and its words in English."""

from __future__ import annotations

from enum import unique

from embeddings.error_codes import ErrorCode


@unique
class SourceCode(ErrorCode):
    """Why a file cannot be read as an issue, or an issue not be changed."""

    LINK_OUTSIDE = (
        "source.link_outside",
        "{name} is a link that leads out of {folder}. Copy the file into the folder.",
    )
    ALL_DROPPED = "source.all_dropped", "{name}: every article was dropped; withdraw the issue instead."
    ARTICLES_NOT_IN_ISSUE = "source.articles_not_in_issue", "These articles are not in the issue: {ids}."
    BAD_CORRECTION = (
        "source.bad_correction",
        "{path}, line {line}: not a correction ({detail}). Mend or delete the line.",
    )
    CHANGED_SINCE = (
        "source.changed_since",
        "{path} has changed since it was indexed. Run `bulletin add` on it first.",
    )
    CONTENTS_OF_PAPER = (
        "source.contents_of_paper",
        "{name} lists the articles of {issue}, which are read from pages of their own.",
    )
    CORRECTIONS_UNREADABLE = (
        "source.corrections_unreadable",
        "{path} cannot be read ({detail}). Mend it, or move it away and make the corrections again.",
    )
    CORRECTION_NOT_WRITTEN = (
        "source.correction_not_written",
        "{path} cannot be written ({detail}), so the correction was not made. Make the folder writable, or "
        "move the issue to one that is.",
    )
    CSV_DAMAGED = (
        "source.csv_damaged",
        "{name} is no table that can be read ({detail}): perhaps a quote is never closed. Save it anew as CSV or XLSX.",
    )
    DOCX_DAMAGED = "source.docx_damaged", "{name} is a damaged DOCX ({detail}). Copy it again, or save it anew."
    DOCX_ENTITIES = (
        "source.docx_entities",
        "{name} defines XML entities in {part}, as no Word file does. Save it anew in Word.",
    )
    DOCX_NO_TEXT = (
        "source.docx_no_text",
        "{name} holds no text, only pictures perhaps. Add the pictures themselves, or save it as PDF.",
    )
    DOCX_PART_DAMAGED = "source.docx_part_damaged", "{name} is damaged ({part}: {detail}). Save it anew in Word."
    DOCX_PART_MISSING = (
        "source.docx_part_missing",
        "{name} has no {part}: it is damaged, or no DOCX. Save it anew in Word.",
    )
    DOCX_TOO_LARGE = (
        "source.docx_too_large",
        "{name} unpacks to more than the limit. Split it into issues, save it as PDF, or raise "
        "BULLETIN_MAX_UNPACKED_BYTES (its text alone may not take more than {limit:,} bytes).",
    )
    DOCX_ZIP_DAMAGED = (
        "source.docx_zip_damaged",
        "{name} is a damaged DOCX ({detail}). Copy it again, or save it anew in Word.",
    )
    EMPTY = "source.empty", "{name} is empty; there is nothing to index."
    FEED_ADDRESS = (
        "source.feed_address",
        "{address} is no address of a feed: http:// or https:// and a host, without a name and password.",
    )
    FEED_DAMAGED = (
        "source.feed_damaged",
        "{name} is no feed that can be read ({detail}). Save it anew, or save its pages.",
    )
    FEED_GONE = "source.feed_gone", "{address} is gone for good, as its server says (410); it is not asked again."
    FEED_HOST_REFUSED = (
        "source.feed_host_refused",
        "{address} leads to {host}, on this machine or its network, which was not named. Name that address itself.",
    )
    FEED_NOT_GIVEN = "source.feed_not_given", "{address} gives no feed: its server answers {status}."
    FEED_NOT_KEPT = (
        "source.feed_not_kept",
        "What {address} gave cannot be kept in {folder} ({detail}). Make the folder writable.",
    )
    FEED_REDIRECTS = "source.feed_redirects", "{address} leads on more than {n} times. Name the feed's own address."
    FEED_REDIRECT_REFUSED = (
        "source.feed_redirect_refused",
        "{address} leads to {target}, which is not followed: it is not http or https, or no longer https.",
    )
    FEED_UNREACHABLE = "source.feed_unreachable", "{address} cannot be asked ({detail})."
    FILE_CHANGED_SINCE = "source.file_changed_since", "{path} has changed since it was indexed. Add it again."
    FILE_UNREADABLE = "source.file_unreadable", "{name} cannot be read ({detail})."
    FILE_FAILED = (
        "source.file_failed",
        "{name} cannot be indexed ({kind}: {detail}). Save it anew, or as text or PDF.",
    )
    FRONT_MATTER_DATE = (
        "source.front_matter_date",
        "{name}: the front matter's date {text!r} is not a date; write 2025-09-13.",
    )
    GARBLED = (
        "source.garbled",
        "{name} is damaged: {n:,} places in it are not {encoding}. Copy it anew, or save it as UTF-8 text, "
        "and add it again.",
    )
    GZIP_DAMAGED = "source.gzip_damaged", "{name} is a damaged gzip file ({detail}). Pack or copy it again."
    HTML_NO_ARTICLE = (
        "source.html_no_article",
        "{name} holds no text of an article. Save the page when it has loaded, or its text.",
    )
    HTML_TOO_DEEP = "source.html_too_deep", "{name} nests its elements too deeply to be read. Save its text instead."
    HTML_TOO_LONG = (
        "source.html_too_long",
        "{name} has more than {limit:,} characters of text. Save its articles one by one.",
    )
    HTML_TOO_MANY_ELEMENTS = (
        "source.html_too_many_elements",
        "{name} has more than {limit:,} elements. Save its articles one by one.",
    )
    HTML_UNREADABLE = "source.html_unreadable", "{name} is no readable page ({detail}). Save it anew, or as text."
    ISSUE_NOT_CORRECTED = "source.issue_not_corrected", "{issue}: {cause}"
    JSON_WITHOUT_ARTICLES = (
        "source.json_without_articles",
        "{name} holds no article: no object in it has a text under a name that is known (text, content, body, ...). "
        "Rename its fields and add it again.",
    )
    LIBREOFFICE_FAILED = (
        "source.libreoffice_failed",
        "LibreOffice makes nothing of {name} ({detail}); perhaps it is damaged or protected by a password. Save it as "
        "DOCX or PDF and add it again.",
    )
    LINES_LEFT_OUT = (
        "source.lines_left_out",
        "{name} is read in part: of {n:,} lines, those beyond {limit:,} are left out. Split it into issues, or raise "
        "BULLETIN_MAX_LINES.",
    )
    BAD_LOADER = (
        "source.bad_loader",
        "{name} is read by {loader} of another package, which cannot be used ({kind}: {detail}). Update or remove that "
        "package.",
    )
    LOADER_FAILED = (
        "source.loader_failed",
        "{name} cannot be read ({kind}: {detail}). Save it anew, or as text or PDF.",
    )
    MAIL_TOO_DEEP = "source.mail_too_deep", "{name} nests its parts too deeply to be read. Save its text instead."
    MAIL_WITHOUT_TEXT = (
        "source.mail_without_text",
        "{name} is a mail without any text of its own. Add what is attached to it by itself.",
    )
    MEMBER_DAMAGED = "source.member_damaged", "{name} in {archive} is damaged ({detail}). Pack it again."
    MEMBER_NO_FILE = (
        "source.member_no_file",
        "{name} in {archive} is a link or a device and no file. Pack the file itself.",
    )
    MEMBER_PROTECTED = "source.member_protected", "{name} is protected by a password. Pack it without one."
    NOT_INDEXED = "source.not_indexed", "This cannot be indexed: {cause}"
    NAME_NOT_UNICODE = (
        "source.name_not_unicode",
        "{name} has a name that is not UTF-8, so that the archive cannot keep it. Rename the file.",
    )
    NOT_ENCODED = (
        "source.not_encoded",
        "{name} cannot be turned into vectors ({kind}: {detail}). Save it anew, or as text.",
    )
    NOT_STORED = "source.not_stored", "{name} cannot be stored ({kind}: {detail}). Save it anew, or as text."
    MISREAD = (
        "source.misread",
        "{name} was read as {read_as} and saved again, though it is {written_as}, and some characters are lost. "
        "Export or copy it anew as UTF-8 text, and add it again.",
    )
    NOT_TEXT = (
        "source.not_text",
        "{name} is not text (UTF-8, UTF-16, GB18030 or Big5); save it as UTF-8 text and add it again.",
    )
    NO_ARTICLE = "source.no_article", "{name} holds no article with a text."
    NO_FILE = "source.no_file", "There is no file {path}."
    NO_FILE_OR_FOLDER = "source.no_file_or_folder", "There is no file or folder {path}."
    NO_FOLDER_TO_WATCH = "source.no_folder_to_watch", "There is no folder {folder} to watch."
    NO_ISSUE_FILE = "source.no_issue_file", "There is no issue file ({suffixes}) in {folders}."
    NO_ISSUE_IN = (
        "source.no_issue_in",
        "There is no issue called {name!r} in {folder}; `bulletin list` shows their names.",
    )
    NO_ISSUE_SUFFIX = (
        "source.no_issue_suffix",
        "{name} is not taken for an issue by its name. If it is one, add the file by itself, or save it as text, DOCX "
        "or PDF.",
    )
    NO_ISSUE_MEMBER = "source.no_issue_member", "{name} holds no issue file."
    NO_OCR = (
        "source.no_ocr",
        'Reading pictures needs the OCR parts; install them with `pip install "bulletin-qa[ocr]"`.',
    )
    NO_OFFICE = (
        "source.no_office",
        'Reading {name} needs the parts for Office files; install them with `pip install "bulletin-qa[office]"`.',
    )
    NO_PAGE = "source.no_page", "{name} has no page {page}."
    NO_PARAGRAPH = "source.no_paragraph", "{title!r} has {n} paragraphs; there is no number {number}."
    NO_PDF = "source.no_pdf", 'Reading PDF files needs a library; install it with `pip install "bulletin-qa[pdf]"`.'
    NO_PRINTED_PAGES = "source.no_printed_pages", "{name} has no printed pages."
    NO_SUCH_ARTICLE = (
        "source.no_such_article",
        "There is no article with the id {id!r}; `bulletin show ISSUE` prints the ids.",
    )
    NO_SUCH_ISSUE = "source.no_such_issue", "There is no issue called {name!r}; `bulletin list` shows names and ids."
    NO_TEXT_LEFT = "source.no_text_left", "The article {title!r} has no text left; drop it instead."
    NO_TEXT_ON_PAGES = "source.no_text_on_pages", "it shows no text on any page."
    OFD_WITHOUT_TEXT = (
        "source.ofd_without_text",
        "{name} has no text that can be read, only pictures or shapes perhaps. Save it as PDF and add it again.",
    )
    NEEDS_LIBREOFFICE = (
        "source.needs_libreoffice",
        "{name} is {format}. Install LibreOffice, which reads it, or save it as DOCX or PDF, and add it again.",
    )
    OLD_OFFICE = (
        "source.old_office",
        "{name} is a file of old Word, WPS or Excel. Install LibreOffice, which reads such files, or "
        "save it as DOCX or PDF, and add it again.",
    )
    PACKED_TOO_DEEP = (
        "source.packed_too_deep",
        "{name} is packed more than {limit} times over. Unpack it and add what is in it.",
    )
    PACKAGE_DAMAGED = (
        "source.package_damaged",
        "{name} is a damaged {form} file ({detail}). Copy it again, or save it anew.",
    )
    PACKAGE_TOO_LARGE = (
        "source.package_too_large",
        "{name} unpacks to more than the limit of {limit:,} bytes. Split it, save it as PDF, or raise "
        "BULLETIN_MAX_UNPACKED_BYTES (its text alone may not take more than 20,000,000 bytes).",
    )
    PAGE_IS_SCAN = "source.page_is_scan", "page {page} is a scan. {cause}"
    PAGE_TOO_FULL = (
        "source.page_too_full",
        "it shows more than a page of a newspaper has (room for {n:,} characters; the limit is {limit:,}). Scan its "
        "parts one by one.",
    )
    PAGE_UNREADABLE = (
        "source.page_unreadable",
        "page {page} shows no text that can be read. Scan it upright, at 200 dpi or more.",
    )
    PAPER_PAGES_LEFT_OUT = (
        "source.paper_pages_left_out",
        "{n} pages of {name} are left out. The first: {cause}",
    )
    PARTS_OF_PAGE = (
        "source.parts_of_page",
        "{name} has the pictures and scripts of {page}, which is read. Copy what is an issue to another folder.",
    )
    PDF_DAMAGED = "source.pdf_damaged", "the PDF is damaged or cut off ({detail}). Copy or export it again."
    PDF_NO_PAGE = "source.pdf_no_page", "it has no page {page}."
    PDF_PROTECTED = "source.pdf_protected", "it is protected by a password. Save it without one and add it again."
    PDF_TOO_MANY_PAGES = (
        "source.pdf_too_many_pages",
        "it has {n} pages; the limit is {limit}. Split it into issues, or raise BULLETIN_MAX_PAGES.",
    )
    PAGES_LEFT_OUT = "source.pages_left_out", "{name} is read in part, its last pages are left out: {cause}"
    PAGES_WITHOUT_ARTICLE = (
        "source.pages_without_article",
        "{name} has {n} pages, of which the first {limit} were read, and no article is on those. Split it into issues, "
        "or raise BULLETIN_MAX_PAGES.",
    )
    PICTURE_DAMAGED = (
        "source.picture_damaged",
        "the picture is damaged or cut off ({detail}). Copy or scan it again.",
    )
    PICTURE_TOO_LARGE = "source.picture_too_large", "the picture is too large. Scan it at a lower resolution."
    PROTECTED = "source.protected", "{name} is protected by a password. Save it without one and add it again."
    ROWS_LEFT_OUT = "source.rows_left_out", "{n} rows of {name} are left out. The first: {cause}"
    ROWS_UNDATED = "source.rows_undated", "the dates of {n} rows of {name} cannot be read. The first: {cause}"
    ROW_BAD_DATE = "source.row_bad_date", "{where}: the date {text!r} is not a date; write 2025-09-13."
    ROW_NOT_JSON = "source.row_not_json", "{where}: not JSON ({detail}). Copy or export it again."
    ROW_NO_OBJECT = "source.row_no_object", "{where}: a JSON object is needed, with at least `text`."
    ROW_SAME_ID = "source.row_same_id", "{name} uses the id {id!r} twice; ids must differ within an issue."
    ROW_WITHOUT_TEXT = "source.row_without_text", "{where}: the text is missing or empty."
    READING_TOOK_LONG = (
        "source.reading_took_long",
        "{name} was not read within {limit} seconds a page. Split it, or scan it at a lower resolution, or raise "
        "BULLETIN_MAX_SECONDS.",
    )
    READING_TOOK_MUCH = (
        "source.reading_took_much",
        "{name} cannot be read within {limit:,} bytes of memory, or breaks the library that reads it. Split it, or "
        "save it anew, or raise {variable}.",
    )
    SAME_BYTES = "source.same_bytes", "{name} holds the same bytes as {other}, which is indexed."
    SCAN_UNREADABLE = "source.scan_unreadable", "{name}: {cause}"
    SEVERAL_ARTICLES = (
        "source.several_articles",
        "There is more than one article with the id {id!r}; `bulletin show ISSUE` prints the ids.",
    )
    SEVERAL_ISSUES = (
        "source.several_issues",
        "There are {n} issues called {name!r}; `bulletin list` shows names and ids.",
    )
    STILL_CHANGING = (
        "source.still_changing",
        "{name} changed while it was being read; add it again when its copy is complete.",
    )
    TAR_DAMAGED = "source.tar_damaged", "{name} is a damaged TAR file ({detail}). Pack or copy it again."
    TOO_LARGE = (
        "source.too_large",
        "{name} has {n:,} bytes; the limit is {limit:,}. Split it into issues, or raise BULLETIN_MAX_BYTES.",
    )
    TOO_MANY_CELLS = (
        "source.too_many_cells",
        "{name} has more than {limit:,} cells. Save its sheets one by one, and without empty rows and columns.",
    )
    TOO_MANY_MEMBERS = (
        "source.too_many_members",
        "{name} holds more than {limit:,} files. Pack fewer into one, or raise BULLETIN_MAX_MEMBERS.",
    )
    TOO_MANY_PAGES = "source.too_many_pages", "{name} has {n} pages; the limit is {limit} (BULLETIN_MAX_PAGES)."
    TOO_MANY_PIXELS = (
        "source.too_many_pixels",
        "the picture has {n:,} pixels; the limit is {limit:,}. Scan it at a lower resolution, or raise "
        "BULLETIN_MAX_PIXELS.",
    )
    UNPACKS_TOO_LARGE = (
        "source.unpacks_too_large",
        "{name} unpacks to more than the limit. Pack fewer issues into one file, or raise BULLETIN_MAX_UNPACKED_BYTES.",
    )
    UNREAD_FORMAT = "source.unread_format", "{name} is {format}, which is not read here. {cure} and add it again."
    ZIP_DAMAGED = "source.zip_damaged", "{name} is a damaged ZIP file ({detail}). Pack or copy it again."
    WATCH_FAILED = "source.watch_failed", "The folders could not be looked through ({kind}: {detail})."
