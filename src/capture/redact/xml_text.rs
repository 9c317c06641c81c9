//! Walks over the texts of the elements and the values of the attributes of an envelope and replaces some of them; everything else stays as
//! it is written. What is no XML is walked over as far as it looks like it.

use std::borrow::Cow;

/// The text with what `visit` replaced. It gets the local name of the element or attribute, the text, and the text of the element `key`
/// that stands beside it.
pub(super) fn walk(xml: &str, mut visit: impl FnMut(&str, &str, Option<&str>) -> Option<String>) -> String {
    let mut out = String::with_capacity(xml.len());
    let mut names: Vec<&str> = Vec::new();
    let mut key: Option<String> = None;
    let mut rest = xml;
    while let Some(open) = rest.find('<') {
        let (text, tag) = rest.split_at(open);
        let name = names.last().copied().unwrap_or_default();
        let trimmed = text.trim();
        let replaced = if trimmed.is_empty() { None } else { visit(name, &unescape(trimmed), key.as_deref()) };
        if name == "key" && !trimmed.is_empty() {
            key = Some(unescape(trimmed).into_owned());
        }
        match replaced {
            Some(new) => out.push_str(&text.replacen(trimmed, &quick_xml::escape::escape(new), 1)),
            None => out.push_str(text),
        }
        let end = if tag.starts_with("<!--") {
            tag.find("-->").map(|at| at + 3)
        } else if tag.starts_with("<![CDATA[") {
            tag.find("]]>").map(|at| at + 3)
        } else {
            tag.find('>').map(|at| at + 1)
        };
        let Some(end) = end else {
            out.push_str(tag);
            return out;
        };
        let (tag, behind) = tag.split_at(end);
        if let Some(inner) = tag.strip_prefix("<![CDATA[").and_then(|inner| inner.strip_suffix("]]>")) {
            let new = visit(name, inner, key.as_deref());
            out.push_str(&format!("<![CDATA[{}]]>", new.as_deref().unwrap_or(inner)));
        } else {
            out.push_str(&attributes(tag, &mut visit));
            if tag.starts_with("</") {
                names.pop();
            } else if !tag.starts_with("<!") && !tag.starts_with("<?") && !tag.ends_with("/>") {
                names.push(local_name(tag));
            }
        }
        rest = behind;
    }
    out.push_str(rest);
    out
}

fn local_name(tag: &str) -> &str {
    let name = tag.trim_start_matches('<').split(|letter: char| letter.is_whitespace() || matches!(letter, '>' | '/')).next();
    let name = name.unwrap_or_default();
    name.rsplit_once(':').map_or(name, |(_, local)| local)
}

/// A tag with its attributes visited. Declarations of namespaces stay.
fn attributes(tag: &str, visit: &mut impl FnMut(&str, &str, Option<&str>) -> Option<String>) -> String {
    let mut out = String::with_capacity(tag.len());
    let mut rest = tag;
    while let Some((before, quote)) =
        rest.find("=\"").map(|at| (at, '"')).into_iter().chain(rest.find("='").map(|at| (at, '\''))).min()
    {
        let start = before + 2;
        let Some(length) = rest[start..].find(quote) else { break };
        let name = rest[..before].rsplit(char::is_whitespace).next().unwrap_or_default();
        let value = &rest[start..start + length];
        let is_namespace = name == "xmlns" || name.starts_with("xmlns:");
        let new = if is_namespace || value.is_empty() { None } else { visit(local_name(name), &unescape(value), None) };
        out.push_str(&rest[..start]);
        match new {
            Some(new) => out.push_str(&quick_xml::escape::escape(new)),
            None => out.push_str(value),
        }
        out.push(quote);
        rest = &rest[start + length + 1..];
    }
    out.push_str(rest);
    out
}

fn unescape(text: &str) -> Cow<'_, str> {
    quick_xml::escape::unescape(text).unwrap_or(Cow::Borrowed(text))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn texts_and_attributes_are_visited_with_their_names_and_the_rest_stays() {
        let xml = "<?xml version='1.0'?>\n<s:Envelope xmlns:s=\"http://x\"><s:Body a:b='1 &amp; 2'><idTag> A&lt;B </idTag><e/><c><key>K</key>\
                   <value><![CDATA[v]]></value></c></s:Body></s:Envelope> tail";
        let mut seen = Vec::new();
        let same = walk(xml, |name, text, key| {
            seen.push(format!("{name}={text}/{}", key.unwrap_or_default()));
            None
        });
        assert_eq!(same, xml);
        assert_eq!(seen, ["version=1.0/", "b=1 & 2/", "idTag=A<B/", "key=K/", "value=v/K"]);
        let new = walk("<a><idTag>A</idTag></a>", |name, _, _| (name == "idTag").then(|| "<&>".to_owned()));
        assert_eq!(new, "<a><idTag>&lt;&amp;&gt;</idTag></a>");
        for odd in ["", "<", "<a", "<a b=\"", "no xml", "</a></a>x<b>"] {
            assert_eq!(walk(odd, |_, _, _| None), odd);
        }
    }
}
