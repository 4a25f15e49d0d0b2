"""What a damaged archive can get back: from the source files, from what was once read of them, from the model."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from embeddings.archive.base import ArchiveWriter, KnownIssue, PreparedIssue, Settings
from embeddings.archive.issues import texts_of_chunks
from embeddings.encoders.encoder import Encoder, open_encoder
from embeddings.errors import ArchiveDamagedError, BulletinError, SourceError
from embeddings.ingest.build import BuildOptions, FoundFiles, hold_archive, index_files
from embeddings.ingest.corrections import correct, read_corrections
from embeddings.ingest.encode import encode_chunks, vectors_of
from embeddings.ingest.parse_cache import issue_from_json, reading_key
from embeddings.ingest.plan import dated_by_place, issue_of, prepare, recipe_of, with_ids
from embeddings.sources.document import Document
from embeddings.sources.files import is_issue_file
from embeddings.sources.hashing import file_digest, text_digest


@dataclass(frozen=True, slots=True)
class RepairReport:
    """What was mended, and what was not and why, one line each, in English."""

    mended: tuple[str, ...] = ()
    left: tuple[str, ...] = ()


def repair(
    archive: str | Path | None = None, *, options: BuildOptions | None = None, encoder: Encoder | None = None
) -> RepairReport:
    """Mend what is damaged in an archive, as far as there is another copy of it.

    An issue comes back from its source file, else from what was read of it before; a vector from its text. Raises
    ArchiveDamagedError where nothing can be read, and ArchiveError and ModelError as their names say.
    """
    options = options or BuildOptions()
    with hold_archive(archive, options=options) as store:
        work = _Repair(store, options, encoder)
        work.mend()
        return RepairReport(tuple(work.mended), tuple(work.left))


class _Repair:
    def __init__(self, store: ArchiveWriter, options: BuildOptions, encoder: Encoder | None) -> None:
        self._store, self._options, self._encoder = store, options, encoder
        self.mended: list[str] = []
        self.left: list[str] = []

    def mend(self) -> None:
        store = self._store
        damage = store.damage()
        if damage.structure:
            self.mended += store.mend_structure()
            damage = store.damage()
        if damage.structure:
            self.left += damage.structure
            return
        if damage.settings:
            self._mend_settings()
        if damage.readings:
            store.forget(readings=damage.readings)
            self.mended.append(f"{len(damage.readings)} readings are read anew when they are needed")
        if damage.vectors:
            store.forget(vectors=damage.vectors)
        broken = [known for known in store.known_issues() if known.key in damage.issues]
        self._mend_issues(broken)
        if damage.vectors:
            self._mend_vectors(len(damage.vectors))
        if damage.lost:
            self._read_sources_again(damage.lost)
        try:
            self.mended += store.mend_indexes(vectors=damage.vectors)
        except ArchiveDamagedError as error:  # by what could not be mended
            self.left.append(str(error))
        if damage:
            self.left += store.damage().lines()

    def _mend_settings(self) -> None:
        """The settings as the issues and vectors show them to have been."""
        with suppress(BulletinError):
            for encoder in self._encoders():
                if not self._made_its_vectors(encoder):
                    continue
                recipes = Counter(tuple(known.recipe.split("/")[1:3]) for known in self._store.known_issues())
                most, overlap = map(int, recipes.most_common(1)[0][0])
                settings = Settings(encoder.name, encoder.fingerprint, encoder.dimension, most, overlap)
                self._store.commit(add=[], remove=[], settings=settings)
                self.mended.append("the settings are as the vectors and issues show them")
                return
        self.left.append("The settings cannot be told from what is left; run `bulletin build --full` over the sources.")

    def _encoders(self) -> Iterable[Encoder]:
        if self._encoder is not None:
            yield self._encoder
            return
        with suppress(BulletinError):
            settings = self._store.settings
            if settings is not None:
                yield open_encoder(settings.model)
        yield open_encoder()

    def _made_its_vectors(self, encoder: Encoder) -> bool:
        """Whether the key of a stored vector is that of its text with this model."""
        with self._store.snapshot() as snapshot:
            found = snapshot.read_chunks(snapshot.chunk_ids()[:20])
        texts = [text for chunk, article in found for text in texts_of_chunks(article, [chunk])]
        keys = [text_digest(encoder.fingerprint, text) for text in texts]
        return bool(self._store.stored_vectors(keys))

    def _mend_issues(self, broken: Sequence[KnownIssue]) -> None:
        for known in broken:
            name = known.issue.name.encode("utf-8", "replace").decode()
            if reason := self._from_source(known):
                prepared = self._from_reading(known)
                if prepared is None:
                    self.left.append(
                        f"{name}: {reason} No copy is left of what was read; restore a backup, or add the file again."
                    )
                    continue
                settings = self._store.settings
                if settings is None:
                    continue
                encode_chunks(self._store, [prepared], self._opened(settings), afresh=False)
                self._store.commit(add=[prepared], remove=[known.key], settings=settings)
                self.mended.append(f"{name}: from what was read of it before")
            else:
                self.mended.append(f"{name}: from its source file")

    def _from_source(self, known: KnownIssue) -> str:
        """Make an issue again from its file; returns why not, "" when that was done."""
        source = self._source_of(known)
        if source is None:
            return f"There is no file {Path(known.issue.source).name.encode('utf-8', 'replace').decode()}."
        try:
            report = index_files(
                self._store,
                FoundFiles({source: known.root}),
                options=self._options,
                encoder=self._encoder,
                gone=[] if str(source) == known.issue.source else [Path(known.issue.source)],
                again=[known.place],
                derives=False,
            )
        except BulletinError as error:
            return str(error)
        if report.added or report.replaced:
            return ""
        return " ".join(skipped.reason for skipped in report.skipped) or "The file no longer holds it."

    def _source_of(self, known: KnownIssue) -> Path | None:
        """The file of an issue; where the path may itself be damaged, the file beside others that has its bytes."""
        source = Path(known.issue.source)
        with suppress(OSError, ValueError):  # a NUL in it
            if source.is_file():
                return source
        others = self._store.known_issues()
        taken = {one.issue.source for one in others}
        for folder in sorted({Path(one.issue.source).parent for one in others if one.key != known.key}):
            with suppress(OSError, ValueError):
                for path in sorted(folder.iterdir()):
                    if is_issue_file(path) and str(path) not in taken and file_digest(path) == known.issue.id:
                        return path
        return None

    def _from_reading(self, known: KnownIssue) -> PreparedIssue | None:
        """An issue whose file is gone, from what the loaders once found in it; None where that is not kept."""
        source = Path(known.issue.source)
        document = Document(
            Path(known.issue.member or known.issue.source).name,
            b"",
            member=known.issue.member,
            known_id=known.issue.id,
        )
        # The key is made of the id and the name, so that it shows that neither is damaged.
        settings = self._store.settings
        if settings is None or reading_key(document) != known.reading_key:
            return None
        reading = self._store.reading(known.reading_key)
        if reading is None:
            return None
        corrections = read_corrections(source, document, self._store.waiting())
        placed = dated_by_place(with_ids(issue_from_json(reading), document), source, document, root=known.root)
        corrected, _ = correct(placed, corrections.all)
        return prepare(
            issue_of(document, corrected, source=str(source)),
            recipe=recipe_of(settings, corrections),
            root=known.root,
            key=known.reading_key,
            settings=settings,
        )

    def _mend_vectors(self, count: int) -> None:
        """Encode the chunks that have no vector."""
        settings = self._store.settings
        texts = self._store.texts_without_vector()
        failed: dict[str, SourceError] = {}
        if settings is not None and texts:
            self._store.store_vectors(vectors_of(texts, self._opened(settings), name="a stored text", failed=failed))
        self.mended.append(f"{count} vectors: {len(texts) - len(failed)} encoded anew, the others are not needed")

    def _opened(self, settings: Settings) -> Encoder:
        return self._encoder or open_encoder(settings.model)

    def _read_sources_again(self, lost: int) -> None:
        """Bring every issue in step with its file and its corrections, as far as the archive knows of it."""
        known = self._store.known_issues()
        files = {Path(one.issue.source): one.root for one in known if Path(one.issue.source).is_file()}
        index_files(self._store, FoundFiles(files), options=self._options, encoder=self._encoder, derives=False)
        settings = self._store.settings
        if settings is not None:
            self._store.commit(add=[], remove=[], settings=settings)  # so that the count of commits is in step again
        self.mended.append("the known sources are read again")
        self.left.append(
            f"Of the last changes {lost} are gone with the log beside the database; run `bulletin build` over the "
            "folders of the issues, to add what is missing and take out what was removed."
        )
