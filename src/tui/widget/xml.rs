//! XML laid out over lines for reading: an element a line, those that hold only text with their text. It does not parse: broken
//! XML stays broken, only with more lines.

use super::head;

/// The indentation of one level.
const INDENT: usize = 2;
/// The deepest indentation; what lies deeper stands below each other.
const DEEPEST: usize = 40;

#[derive(Clone, Copy, PartialEq)]
enum Piece<'a> {
    Open(&'a str),
    Close(&'a str),
    /// An element without content, a declaration, a comment.
    Whole(&'a str),
    Text(&'a str),
}

/// The lines of a text, of which at most so many bytes are laid out.
pub fn lay_out_xml(text: &str, limit: usize) -> Vec<String> {
    let pieces = pieces(head(text, limit));
    let mut lines = Vec::new();
    let (mut depth, mut at) = (0_usize, 0);
    while let Some(piece) = pieces.get(at) {
        at += 1;
        let indented = |depth: usize, text: &str| format!("{:1$}{text}", "", (depth * INDENT).min(DEEPEST));
        match (*piece, pieces.get(at), pieces.get(at + 1)) {
            (Piece::Open(open), Some(Piece::Close(close)), _) => {
                lines.push(indented(depth, open) + close);
                at += 1;
            }
            (Piece::Open(open), Some(Piece::Text(text)), Some(Piece::Close(close))) => {
                lines.push(indented(depth, open) + text + close);
                at += 2;
            }
            (Piece::Open(open), ..) => {
                lines.push(indented(depth, open));
                depth += 1;
            }
            (Piece::Close(close), ..) => {
                depth = depth.saturating_sub(1);
                lines.push(indented(depth, close));
            }
            (Piece::Whole(text) | Piece::Text(text), ..) => lines.push(indented(depth, text)),
        }
    }
    lines
}

/// The tags and the texts between them; blanks between tags are left out.
fn pieces(mut text: &str) -> Vec<Piece<'_>> {
    let mut pieces = Vec::new();
    while !text.is_empty() {
        let end = if text.starts_with('<') { tag_end(text) } else { text.find('<').unwrap_or(text.len()) };
        let (piece, rest) = text.split_at(end);
        text = rest;
        if !piece.starts_with('<') {
            pieces.extend(Some(piece.trim()).filter(|text| !text.is_empty()).map(Piece::Text));
        } else if piece.starts_with("</") {
            pieces.push(Piece::Close(piece));
        } else if piece.ends_with("/>") || piece.starts_with("<?") || piece.starts_with("<!") {
            pieces.push(Piece::Whole(piece));
        } else {
            pieces.push(Piece::Open(piece));
        }
    }
    pieces
}

/// The byte behind the tag with which a text begins.
fn tag_end(text: &str) -> usize {
    for (start, end) in [("<!--", "-->"), ("<![CDATA[", "]]>"), ("<?", "?>")] {
        if text.starts_with(start) {
            return text.find(end).map_or(text.len(), |at| at + end.len());
        }
    }
    let mut quote = None;
    for (at, character) in text.char_indices() {
        match (quote, character) {
            (None, '"' | '\'') => quote = Some(character),
            (Some(open), close) if open == close => quote = None,
            (None, '>') => return at + 1,
            _ => {}
        }
    }
    text.len()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn an_element_is_a_line() {
        let text = "<?xml version=\"1.0\"?>\n<a b=\"x>y\"><c>text</c><d/><e></e> loose <!-- <f> --></a>";
        let lines = lay_out_xml(text, 1000);
        assert_eq!(
            lines,
            [
                "<?xml version=\"1.0\"?>",
                "<a b=\"x>y\">",
                "  <c>text</c>",
                "  <d/>",
                "  <e></e>",
                "  loose",
                "  <!-- <f> -->",
                "</a>"
            ]
        );
        assert_eq!(lay_out_xml("<a><b", 1000), ["<a>", "  <b"]);
        assert_eq!(lay_out_xml("</a></b>not xml", 1000), ["</a>", "</b>", "not xml"]);
    }

    proptest! {
        #[test]
        fn nothing_but_blanks_is_lost(text in "[<>/a \"'!?-]{0,60}") {
            let blankless = |text: &str| text.chars().filter(|character| *character != ' ').collect::<String>();
            let lines = lay_out_xml(&text, 1000).concat();
            prop_assert_eq!(blankless(&lines), blankless(&text));
        }
    }
}
