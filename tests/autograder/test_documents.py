"""Documents: pages and PDFs from Markdown, whole, the same every time, and safe from their text."""

import re
from dataclasses import replace
from xml.etree import ElementTree as ET

import pytest

from autograder.release.documents.document import DocumentError, slug
from autograder.release.documents.formulas import FormulaError, mathml, parts, typst
from autograder.release.documents.write import write_documents
from autograder.release.folder import check_release, write_release
from tests.autograder.conftest import write_files, write_lab

TEXT = r"""# A *title*

See [below](#2-more--code) and [the other](b.zh-TW.md#top), or [elsewhere](https://example.org/b.md).

![A line & "its" end](line.svg)

## 1. First

- one, **bold** and `code <b>`
- two $x_1^2$

1. first

## 2. More & `code`

| a | b | LONG |
|---|---|---|
| `x` | $\hat y$ | LONG |

$$
\frac{\partial L}{\partial w} = \sum_{n=1}^{N} \left( x_n \right), \qquad
W = \begin{pmatrix} 1 & -2 \\ 3 & 4 \end{pmatrix}
$$

```python
print("<script>")  # "quoted" \ back
```
"""
TEXT = TEXT.replace("LONG", 12 * "\u5b57")  # a column of no word that Latin letters make
SVG = '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 9 9"><path d="M0 0L9 9"/></svg>\n'


def make(folder, text=TEXT, name="a.md"):
    folder.mkdir(exist_ok=True)
    write_files(folder, {name: text, "b.zh-TW.md": "# \u984c\n\n\u5b57 $x$ \uff0c\u5b57\n"})
    write_files(folder, {"line.svg": SVG})
    write_documents(folder, [name, "b.zh-TW.md"], ["en", "zh-TW"])
    return folder


@pytest.fixture(scope="module")
def made(tmp_path_factory):
    return make(tmp_path_factory.mktemp("made"))


def test_a_page_and_a_pdf_stand_beside_each_text(made):
    assert {path.name for path in made.iterdir() if path.suffix in (".html", ".pdf")} == {
        "a.html",
        "a.pdf",
        "b.zh-TW.html",
        "b.zh-TW.pdf",
    }
    assert (made / "a.pdf").read_bytes().startswith(b"%PDF-")


def test_they_are_the_same_every_time(made, tmp_path):
    again = make(tmp_path / "again")
    for name in ("a.html", "a.pdf", "b.zh-TW.pdf"):
        assert (again / name).read_bytes() == (made / name).read_bytes(), name


def test_the_page_holds_everything(made):
    page = (made / "a.html").read_text("utf-8")
    assert '<html lang="en">' in page
    assert "<title>A *title*</title>" in page
    assert '<h2 id="2-more--code">' in page
    assert '<a href="#2-more--code">2. More &amp; code</a>' in page
    assert 'href="b.zh-TW.html#top"' in page
    assert 'href="https://example.org/b.md"' in page
    assert '<svg role="img" aria-label="A line &amp; &#34;its&#34; end"' in page
    assert page.count("<math") == 4
    assert "<mtable>" in page
    assert '<code class="whole">code &lt;b&gt;</code>' in page
    assert "<script" not in page
    assert not re.search(r"(src|href)=\"(?!#|a\.pdf|b\.zh|https://example)", page)


def test_a_name_tells_the_language_and_chinese_has_no_spaces_for_github(made):
    page = (made / "b.zh-TW.html").read_text("utf-8")
    assert '<html lang="zh-TW">' in page
    assert "</math>\uff0c" in page


@pytest.mark.parametrize(
    "text", ['#panic("a")', "#a", "$x", "] #[", '"\\', "*a_b* `#x`", "@x < y ~"]
)
def test_no_character_means_anything_to_typst(tmp_path, text):
    assert make(tmp_path, f"# Title {text}\n\n{text}\n\n| {text} |\n|---|\n| {text} |\n")


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("no title", "a.md has no title"),
        ("# T\n\n[x](#nowhere)\n", "a.md can't be made a PDF: .*nowhere"),
        ("# T\n\n![x](none.svg)\n", "a.md shows none.svg, which is no SVG file beside it"),
        ("# T\n\n![x](a.md)\n", "which is no SVG file"),
        ("# T\n\n\U0001f600\n", "a.md can't be made a PDF"),
        ("# T\n\n$\\nosuch$\n", r"a.md: the formula \\nosuch can't be read: there is no \\nosuch"),
        ("# T\n\n> quoted\n", "a.md has a block_quote, which can't be printed"),
        ("# T\n\na<br>b\n", "a.md has a inline_html, which can't be printed"),
    ],
)
def test_what_cannot_be_made_is_named(tmp_path, text, message):
    with pytest.raises(DocumentError, match=message):
        make(tmp_path, text)


@pytest.mark.parametrize("name", ["none.md", "line.svg", "../a.md"])
def test_a_document_is_a_markdown_file_in_the_folder(tmp_path, name):
    write_files(tmp_path / "in", {"line.svg": SVG})
    with pytest.raises(DocumentError, match="no Markdown file"):
        write_documents(tmp_path / "in", [name], ["en"])


def test_a_heading_is_linked_to_as_on_github():
    assert slug("5.3 One sample, in numbers") == "53-one-sample-in-numbers"
    assert slug("`L2_Norm`: a \u984c") == "l2_norm-a-\u984c"


# Formulas ---------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("latex", "expected"),
    [
        (r"\frac{a}{b}", "frac(a, b)"),
        ("x_1^2", "attach(x, b: 1, t: 2)"),
        (r"f'(x)", "f' \\( x \\)"),
        (r"\mathrm{relu}(x)", 'op("relu") \\( x \\)'),
        (r"\text{a\"b}", '"a\\\\\\"b"'),
        (r"\hat y", "hat(y)"),
        ("0.25, 3", "0.25 \\, 3"),
        (r"\begin{pmatrix} 1 & 2 \\ 3 & 4 \end{pmatrix}", 'mat(delim: "(", 1, 2; 3, 4)'),
    ],
)
def test_formulas_are_translated(latex, expected):
    assert typst(latex) == expected


def test_a_displayed_formula_is_split_at_its_gaps():
    assert parts(r"a, \qquad b \qquad c") == ["a,", "b", "c"]


def test_a_sign_is_no_subtraction():
    signs = mathml("-a - b (-c) - d, -e").count('form="prefix">&#x02212;')
    assert signs == 2  # the first is one without being told


def test_formulas_are_well_formed():
    assert ET.fromstring(mathml(r"a < b, \quad c", display=True)).get("display") == "block"


@pytest.mark.parametrize("latex", [r"\left( a", "a_b_c", r"a \nosuch b"])
def test_a_formula_that_cannot_be_read_is_named(latex):
    with pytest.raises(FormulaError, match="can't be read"):
        mathml(latex)


@pytest.mark.parametrize("latex", [r"\sqrt{x}", r"\overline{x}", r"\begin{matrix} 1 \end{matrix}"])
def test_a_formula_that_cannot_be_printed_is_named(latex):
    with pytest.raises(FormulaError, match="can't be printed"):
        typst(latex)


# In a release -----------------------------------------------------------------------------------


def test_a_release_has_them_and_is_up_to_date(tmp_path):
    copies = {"a.md": "text/a.md", "line.svg": "text/line.svg"}
    root = tmp_path / "lab"
    write_files(root, {"text/a.md": "# T\n\n![A line](line.svg)\n", "text/line.svg": SVG})
    lab = write_lab(root, copies=copies)
    lab = replace(lab, release=replace(lab.release, documents=("a.md",)))
    write_release(lab)
    assert check_release(lab) == []
    (root / "handed-out" / "a.pdf").write_bytes(b"%PDF")
    assert check_release(lab) == ["handed-out/a.pdf is not what its source makes"]
