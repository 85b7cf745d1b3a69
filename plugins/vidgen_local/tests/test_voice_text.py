"""What of a text is spoken, and which texts the voice cannot speak."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from vidgen_local.spoken_text import LONGEST, VoiceOptions, pieces, unable

FOREIGN = {
    "German": "Der Leuchtturm steht im Sturm, und der alte Wärter geht die Treppe hinauf.",
    "French": "Le gardien du phare monte les escaliers et allume la lampe.",
    "Spanish": "El viejo farero sube la escalera y enciende la lámpara del faro.",
    "Italian": "Il vecchio guardiano del faro sale la scala e accende la lampada.",
    "Portuguese": "O velho faroleiro sobe a escada e acende a lâmpada do farol.",
    "Dutch": "De oude vuurtorenwachter klimt de trap op en steekt de lamp aan.",
    "Polish": "Stary latarnik wchodzi po schodach i zapala lampę, a morze nie śpi.",
    "Swedish": "Den gamle fyrvaktaren går uppför trappan och tänder lampan.",
    "Czech": "Starý strážce majáku se nebojí a jde nahoru, je noc.",
    "Turkish": "Yaşlı fener bekçisi merdivenleri çıkar ve bir lamba yakar.",
    "Chinese": "老灯塔看守人爬上楼梯，点亮了灯。",
    "Japanese": "灯台守は階段を登り、ランプに火を灯す。",
    "Korean": "등대지기는 계단을 올라 램프를 켠다.",
    "in Cyrillic script": "Старый смотритель маяка поднимается по лестнице.",
    "in Arabic script": "يصعد حارس المنارة العجوز الدرج عند الفجر",
    "Hebrew": "שומר המגדלור הזקן עולה במדרגות",
    "Greek": "Ο γέρος φαροφύλακας ανεβαίνει τις σκάλες",
    "in Devanagari script": "बूढ़ा रखवाला सीढ़ियाँ चढ़ता है",
    "in another language": "Lorem ipsum dolor sit amet consectetur " * 8,
}


@pytest.mark.parametrize("language", FOREIGN)
def test_a_text_in_another_language_is_named(language: str) -> None:
    reason = unable(FOREIGN[language], VoiceOptions())
    assert reason == f"the voice speaks English; this text is mostly {language}"


@pytest.mark.parametrize(
    "text",
    [
        "The old keeper climbs the stairs. In the café, die Zeit stands still: 你好!",
        "Rio de Janeiro wakes. Vasco da Gama sails. Los Angeles does not care.",
        "INT. KITCHEN - DAY. JOHN, 40s, pours coffee. MARY enters. Silence.",
        "Dark night. Cold rain. Storm wind. Lighthouse. " * 10,
        "La Dolce Vita",
        "Leuchtturm",
        "1, 2, 3",
        "😀 🎉",
        "",
        "   \n\t ",
    ],
)
def test_english_and_what_is_too_short_to_tell_can_be_spoken(text: str) -> None:
    assert unable(text, VoiceOptions()) == ""


def test_the_larger_part_of_a_text_decides() -> None:
    english = "The storm is over, and the sea is calm again. "
    assert unable(english * 3 + FOREIGN["German"], None) == ""
    assert "German" in unable(FOREIGN["German"] * 3 + english, None)
    assert "Chinese" in unable(FOREIGN["Chinese"] * 3 + "The end", None)


@settings(max_examples=80, deadline=None)
@given(st.text(max_size=300))
def test_any_text_is_judged_and_cut_without_an_error(text: str) -> None:
    assert isinstance(unable(text, None), str)
    for piece in pieces(text):
        assert 0 < len(piece.text) <= LONGEST
        assert piece.text.isprintable()
        assert piece.spoken == "" or any(char.isalnum() for char in piece.spoken)


def spoken(text: str) -> list[str]:
    return [piece.spoken for piece in pieces(text)]


def test_sentences_end_where_they_end() -> None:
    text = 'Mr. Smith paid $3.50 (e.g. for tea). He said "Go!" Then J. K. Rowling left... Why?'
    assert spoken(text) == [
        "Mr. Smith paid $3.50 (e.g. for tea).",
        'He said "Go!"',
        "Then J. K. Rowling left...",
        "Why?",
    ]


def test_markup_escapes_and_addresses_are_not_spoken() -> None:
    text = (
        "# A title\nThe <b class='x'>keeper</b> &amp; \x1b[31mthe\x1b[0m *sea*, see"
        " [here](https://example.org/a) or https://example.org.\n\n---\n- one\n- `two`\n"
        "[word](/fˈoʊ/)\u202e\u0000"
    )
    assert spoken(text) == [
        "A title",
        "The keeper & the sea , see here or",
        "one",
        "two word",
    ]


def test_words_in_other_letters_are_shown_and_not_spoken() -> None:
    (piece,) = pieces("He said: Привет 😀, café!")
    assert piece.text == "He said: Привет 😀, café!"
    assert piece.spoken == "He said: , café!"
    (silent,) = pieces("你好。")
    assert (silent.text, silent.spoken) == ("你好。", "")


def test_a_long_sentence_is_cut_at_its_clauses() -> None:
    clause = "and the sea went on and on beneath the moon,"
    found = list(pieces(" ".join([clause] * 20) + " the end."))
    assert len(found) > 2
    assert all(len(piece.text) <= LONGEST for piece in found)
    assert all(piece.text.endswith(",") for piece in found[:-1])
    assert [piece.ends for piece in found] == [False] * (len(found) - 1) + [True]


@pytest.mark.parametrize("text", ["a" * 1000, "word " * 400, "one, " * 400])
def test_nothing_of_a_long_text_is_lost(text: str) -> None:
    found = list(pieces(text))
    assert all(len(piece.text) <= LONGEST for piece in found)
    assert "".join("".join(piece.text for piece in found).split()) == "".join(text.split())


def test_a_number_without_a_name_is_said_in_groups() -> None:
    assert spoken("12345678901234 ships") == ["123 456 789 012 34 ships"]
    assert spoken("1,250,000 ships") == ["1,250,000 ships"]


@pytest.mark.parametrize("options", [{"speed": 0.5}, {"speed": 2}, {"voice": "nobody"}])
def test_options_out_of_range_are_refused(options: dict[str, object]) -> None:
    with pytest.raises(ValueError, match=r"speed|voice"):
        VoiceOptions(**options)  # type: ignore[arg-type]
