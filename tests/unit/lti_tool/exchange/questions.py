"""Questions of every kind, for the tests of the exchange: a few by hand, and strategies for any."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from io import BytesIO
from typing import Any

from hypothesis import strategies as st
from PIL import Image as Picture

from lti_tool.domain.activity import Level
from lti_tool.domain.assessment import Entry, Image, Question, QuestionKind
from lti_tool.domain.question import BankQuestion, canonical
from lti_tool.exchange import clean_picture, question_faults


def png(colour: int = 128, size: tuple[int, int] = (4, 3)) -> bytes:
    out = BytesIO()
    Picture.new("L", size, colour).save(out, "PNG")
    return out.getvalue()


def jpeg(**options: Any) -> bytes:
    out = BytesIO()
    Picture.new("RGB", (16, 8), (200, 30, 30)).save(out, "JPEG", **options)
    return out.getvalue()


def cleaned(data: bytes) -> tuple[str, bytes]:
    found = clean_picture(data)
    assert found is not None
    return found


STRIP, BODY = cleaned(png())
PHOTO, PHOTO_BODY = cleaned(jpeg())
MEDIA = {STRIP: BODY, PHOTO: PHOTO_BODY}


def entries(*texts: str) -> tuple[Entry, ...]:
    return tuple(Entry(str(number), text) for number, text in enumerate(texts))


def bank(key: str, kind: QuestionKind, stem: str = "Which one?", **fields: Any) -> BankQuestion:
    about = {
        name: fields.pop(name) for name in ("objective", "level", "tags", "references", "feedback") if name in fields
    }
    return canonical(BankQuestion(Question(key, kind, stem, **fields), **about))


SINGLE = bank(
    "afib",
    QuestionKind.SINGLE,
    "What is the *first* step?",
    vignette="A man of 71 years.\n\n- BP 90/60\n- pulse 140",
    image=Image(STRIP, "Irregular narrow complexes", "Lead II"),
    entries=entries("Cardioversion", "Digoxin", "Wait < 1 h"),
    correct=frozenset({"0"}),
    rationale="Unstable: **shock** first.",
    objective="Choose the treatment of unstable atrial fibrillation",
    level=Level.COMPETENCE,
    tags=("rhythm", "emergency"),
    references=("Example Society. Guideline 2025; 1:2-3.",),
    feedback={"1": "Too *slow*."},
)
MULTIPLE = bank(
    "signs", QuestionKind.MULTIPLE, entries=entries("a & b", "c", "d", "e"), correct=frozenset({"0", "2", "3"})
)
PARTIAL = bank(
    "shares",
    QuestionKind.MULTIPLE,
    entries=entries("one", "two", "three"),
    correct=frozenset({"0", "1"}),
    has_partial_credit=True,
)
TRUE_FALSE = bank(
    "tf", QuestionKind.TRUE_FALSE, "It is so.", correct=frozenset({"false"}), feedback={"true": "No.", "false": "Yes."}
)
MATCHING = bank(
    "pairs",
    QuestionKind.MATCHING,
    entries=entries("warfarin", "heparin", "dabigatran"),
    options=tuple(
        Entry(key, text) for key, text in zip("xyzw", ("vitamin K", "protamine", "idarucizumab", "none"), strict=True)
    ),
    pairs={"0": "x", "1": "y", "2": "z"},
)
ORDERING = bank("steps", QuestionKind.ORDERING, entries=entries("look", "call", "press", "shock"))
NUMERIC = bank(
    "dose", QuestionKind.NUMERIC, "How much?", number=Decimal("0.50"), tolerance=Decimal("0.05"), unit="mg/kg"
)
PICTURED = replace(SINGLE, question=replace(SINGLE.question, key="shown", rationale=f"As here:\n\n![a photo]({PHOTO})"))
EVERY = (SINGLE, MULTIPLE, PARTIAL, TRUE_FALSE, MATCHING, ORDERING, NUMERIC, PICTURED)

WORDS = st.text(
    st.characters(codec="utf-8", categories=("L", "N", "P", "S", "Zs"), max_codepoint=0x2FFF), min_size=1, max_size=24
)
PLAIN = WORDS.map(lambda text: " ".join(text.split())).filter(bool)
INLINE = st.one_of(
    PLAIN, PLAIN.map(lambda text: f"**{text}**"), PLAIN.map(lambda text: f"a *{text}* b"), PLAIN.map(lambda t: f"`{t}`")
)
BLOCK = st.one_of(
    INLINE,
    PLAIN.map(lambda t: f"- {t}\n- two\n  - deep"),
    PLAIN.map(lambda t: f"| a | b |\n| --- | --- |\n| {t} | x |"),
)
MARKDOWN = st.lists(BLOCK, max_size=3).map("\n\n".join)
KEYS = st.from_regex(r"[A-Za-z0-9][A-Za-z0-9_-]{0,12}", fullmatch=True)
NUMBERS = st.decimals(min_value=-1000, max_value=1000, places=3)
TEXTS = st.lists(PLAIN, min_size=3, max_size=6, unique_by=str.casefold)


@st.composite
def answer_fields(draw: st.DrawFn, kind: QuestionKind) -> dict[str, Any]:
    texts = draw(TEXTS)
    keys = [str(number) for number in range(len(texts))]
    match kind:
        case QuestionKind.SINGLE:
            return {"entries": entries(*texts), "correct": frozenset({draw(st.sampled_from(keys))})}
        case QuestionKind.MULTIPLE:
            right = draw(st.sets(st.sampled_from(keys), min_size=1))
            partial = draw(st.booleans())
            return {"entries": entries(*texts), "correct": frozenset(right), "has_partial_credit": partial}
        case QuestionKind.TRUE_FALSE:
            return {"correct": frozenset({draw(st.sampled_from(("true", "false")))})}
        case QuestionKind.MATCHING:
            options = tuple(Entry(f"o{number}", text) for number, text in enumerate(texts))
            prompts = entries(*draw(st.lists(PLAIN, min_size=2, max_size=4, unique_by=str.casefold)))
            names = [option.key for option in options]
            return {
                "entries": prompts,
                "options": options,
                "pairs": {entry.key: draw(st.sampled_from(names)) for entry in prompts},
            }
        case QuestionKind.ORDERING:
            return {"entries": entries(*texts)}
        case QuestionKind.NUMERIC:
            unit = draw(st.one_of(st.just(""), PLAIN))
            return {"number": draw(NUMBERS), "tolerance": abs(draw(NUMBERS)), "unit": unit}


@st.composite
def any_question(draw: st.DrawFn) -> BankQuestion:
    """Any question that may come into the bank."""
    kind = draw(st.sampled_from(list(QuestionKind)))
    fields = draw(answer_fields(kind))
    question = Question(
        draw(KEYS),
        kind,
        draw(INLINE),
        vignette=draw(MARKDOWN),
        rationale=draw(MARKDOWN),
        image=draw(st.one_of(st.none(), st.builds(Image, st.just(STRIP), PLAIN, st.one_of(st.just(""), PLAIN)))),
        **fields,
    )
    has_choices = kind in (QuestionKind.SINGLE, QuestionKind.MULTIPLE)
    told = st.dictionaries(st.just("0" if has_choices else "true"), MARKDOWN.filter(str.strip), max_size=1)
    made = canonical(
        BankQuestion(
            question,
            objective=draw(st.one_of(st.just(""), PLAIN)),
            level=draw(st.one_of(st.none(), st.sampled_from(list(Level)))),
            tags=tuple(draw(st.lists(PLAIN, max_size=3, unique_by=str.casefold))),
            references=tuple(draw(st.lists(PLAIN, max_size=2))),
            feedback=draw(told) if has_choices or kind is QuestionKind.TRUE_FALSE else {},
        )
    )
    return made if not question_faults(made, MEDIA) else draw(st.sampled_from(EVERY))
