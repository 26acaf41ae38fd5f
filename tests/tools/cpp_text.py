"""A rough reader of C and C++: enough to find functions and calls, not a parser."""

import re

TOKENS = re.compile(
    r'//[^\n]*|/\*.*?\*/|R"(?P<delimiter>[^(\s]*)\(.*?\)(?P=delimiter)"'
    r'|"(?:\\.|[^"\\\n])*"|(?<![0-9A-Fa-f])\'(?:\\.|[^\'\\\n])+\'', re.DOTALL)
ACCESS_LABELS = {"public:", "protected:", "private:"}
SCOPE_WORDS = re.compile(r'\b(namespace|class|struct|union|enum|extern)\b')


def without_comments_and_text(source):
    """Blanks comments and literals, and keeps every line where it is."""
    def blank(match):
        text = match.group(0)
        kept = re.sub(r"[^\n]", " ", text)
        return '"' + kept[1:-1] + '"' if text[0] == '"' and len(text) >= 2 else kept
    return TOKENS.sub(blank, source)


def without_preprocessor(source):
    """Blanks directives, continuation lines included: a macro's braces are not a function."""
    return re.sub(r"^[ \t]*#(?:[^\n]*\\\n)*[^\n]*", lambda m: re.sub(r"[^\n]", " ", m.group(0)),
                  source, flags=re.MULTILINE)


def functions(source):
    """Yields (first line, last line, head) of each function body at namespace or class level."""
    text = without_preprocessor(without_comments_and_text(source))
    stack, head, head_start, line = [], "", 1, 1
    for index, character in enumerate(text):
        if character == "\n":
            line += 1
        inside_function = "function" in stack or "initializer" in stack
        if character == "{":
            kind = "block" if inside_function else classify(head, text[index - 1] if index else "")
            if kind == "function":
                opened_at, opened_head = head_start, " ".join(head.split())
            stack.append(kind)
            if kind not in ("block", "initializer"):
                head = ""
        elif character == "}":
            kind = stack.pop() if stack else "block"
            if kind == "function":
                yield opened_at, line, opened_head
            if kind != "initializer" and not ("function" in stack or "initializer" in stack):
                head = ""
        elif not inside_function:
            if character == ";":
                head = ""
            else:
                if not head.strip() and not character.isspace():
                    head, head_start = "", line
                head += character
                if head.strip() in ACCESS_LABELS:
                    head = ""


def classify(head, previous):
    """What a brace opens, given the text since the last statement ended."""
    bare = re.sub(r"\[\[.*?\]\]|__attribute__\s*\(\(.*?\)\)|WEIR_[A-Z_]+\s*\([^()]*\)", " ", head)
    before_parenthesis = bare.split("(")[0]
    if "(" not in bare:
        return "scope" if SCOPE_WORDS.search(bare) else "block"
    if SCOPE_WORDS.search(before_parenthesis) and not re.search(r"\)\s*(const|noexcept|->|$)", bare):
        return "scope"
    # `Name(int a) : member_{a} {`: the brace after a member's name is no body yet.
    if re.search(r"\)\s*(noexcept\s*)?:[^:]", bare) and (previous.isalnum() or previous in "_>"):
        return "initializer"
    return "function"
